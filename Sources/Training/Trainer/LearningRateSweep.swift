import Foundation
import Optimizers

/// Finds learning rates that a training can bear: a short training whose rate grows step by step, from far too low to far
/// too high.
///
/// The rate of step i of n is r₀·(r₁/r₀)^(i / (n − 1)). Batches differ, and so do their losses; what is read off is therefore read
/// off windows of steps: the smoothed loss of a step is the mean over the n/20 steps before and after it, and its slope
/// that of the line through the losses of the n/10 steps before and after it over the logarithm of the rate. A slope counts as a fall
/// from three times its standard error on. The sweep ends early where the mean of the last losses exceeds four times the lowest mean, or a loss is
/// no longer finite.
///
/// Source: Smith, *Cyclical Learning Rates for Training Neural Networks*, arXiv:1506.01186, section 3.3; the windows are ours.
public struct LearningRateSweep: Sendable {
  /// A step of the sweep.
  public struct Point: Sendable, Equatable, Encodable {
    /// The learning rate of the step.
    public let learningRate: Double
    /// The loss before the step's update.
    public let loss: Double
    /// The mean loss of the steps around it.
    public let smoothedLoss: Double

    private enum CodingKeys: String, CodingKey {
      case learningRate = "learning_rate"
      case loss
      case smoothedLoss = "smoothed_loss"
    }
  }

  /// What a sweep found.
  public struct Result: Sendable, Encodable {
    /// The steps, in order.
    public let points: [Point]
    /// Whether the loss grew so much that the sweep ended before its last rate.
    public let endedEarly: Bool
    /// The rate where the loss falls fastest over the logarithm of the rate; nil where no fall stands out from the differences between
    /// batches.
    public let steepest: Double?
    /// The rate where the smoothed loss is lowest. Training at it is likely not to be stable; at half of it and below it usually is.
    public let lowest: Double?
    /// The rate from which on the loss grows after it was lowest; nil where no growth stands out.
    public let growing: Double?
    /// Rates to try; nil where the sweep tells none: no fall stands out, or the loss is lowest at the first rates, or so near them that
    /// half of the rate would be below all that were taken.
    public let suggested: ClosedRange<Double>?

    private enum CodingKeys: String, CodingKey {
      case points, steepest, lowest, growing, suggested
      case endedEarly = "ended_early"
    }

    /// Encodes the result; what was not found is null.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(points, forKey: .points)
      try container.encode(endedEarly, forKey: .endedEarly)
      try container.encode(steepest, forKey: .steepest)
      try container.encode(lowest, forKey: .lowest)
      try container.encode(growing, forKey: .growing)
      try container.encode(suggested, forKey: .suggested)
    }
  }

  /// The first learning rate.
  public let first: Double
  /// The last learning rate.
  public let last: Double
  /// The number of steps.
  public let steps: Int

  /// A sweep.
  ///
  /// - Parameters:
  ///   - rates: The first and the last learning rate.
  ///   - steps: The number of steps.
  /// - Precondition: The rates are positive and differ, and there are two steps.
  public init(_ rates: ClosedRange<Double> = 1e-6...1, steps: Int = 300) {
    precondition(
      rates.lowerBound > 0 && rates.lowerBound < rates.upperBound && rates.upperBound.isFinite && steps > 1,
      "a sweep needs rates that grow in steps, got \(rates) in \(steps)")
    (first, last, self.steps) = (rates.lowerBound, rates.upperBound, steps)
  }

  /// Trains through the rates. What is trained is thrown away.
  ///
  /// - Parameters:
  ///   - configuration: What to train, on what, and how; its own learning rate and schedule do not count.
  ///   - shouldStop: Is asked after every step; if it says yes, the sweep ends with what it has.
  ///   - reading: Is told how many samples have been read.
  ///   - progress: Is told after every step how many have been taken.
  /// - Returns: What was found.
  /// - Throws: What preparing or taking the steps throws, but for losses that are not finite.
  public func run(
    _ configuration: TrainingConfiguration, shouldStop: () -> Bool = { false },
    reading: (_ done: Int, _ total: Int) -> Void = { _, _ in },
    progress: @escaping (_ done: Int) -> Void = { _ in }
  ) throws -> Result {
    let scratch = FileManager.default.temporaryDirectory.appending(path: "pdeop-sweep-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: scratch) }
    var configuration = configuration
    configuration.optimizer.learningRate = first
    // More than the sweep can need, so that no epoch of it is evaluated.
    configuration.schedule.epochs = steps + 1
    configuration.evaluation.every = steps + 1
    configuration.evaluation.patience = nil
    let run = try TrainingRun(
      configuration, in: RunFolder(scratch.path), schedule: SweepSchedule(ratio: last / first, steps: steps),
      reading: reading)
    let observer = SweepObserver(self, progress)
    run.add(observer)
    do {
      _ = try run.train(shouldStop: { observer.isDone || shouldStop() })
    } catch is TrainingError {
      observer.hasDiverged = true
    }
    return result(observer.losses, endedEarly: observer.hasDiverged)
  }

  /// The learning rate of a step, from 0.
  func learningRate(at step: Int) -> Double { first * pow(last / first, Double(step) / Double(steps - 1)) }

  /// What the losses of the steps show.
  package func result(_ losses: [Double], endedEarly: Bool) -> Result {
    let points = losses.indices.map { step in
      Point(
        learningRate: learningRate(at: step), loss: losses[step],
        smoothedLoss: losses[window(around: step, steps / 20, of: losses.count)].mean)
    }
    let slopes = losses.indices.map { step in
      let window = window(around: step, steps / 10, of: losses.count)
      return Self.slope(of: losses[window], over: window.map { log(learningRate(at: $0)) })
    }
    let falls = slopes.indices.filter { slopes[$0].value < -3 * slopes[$0].error }
    let steepest = falls.min { slopes[$0].value < slopes[$1].value }
    let lowest = points.indices.min { points[$0].smoothedLoss < points[$1].smoothedLoss }
    let growing = lowest.flatMap { lowest in
      slopes.indices.first { $0 > lowest && slopes[$0].value > 3 * slopes[$0].error }
    }
    return Result(
      points: points, endedEarly: endedEarly,
      steepest: steepest.map { learningRate(at: $0) }, lowest: lowest.map { learningRate(at: $0) },
      growing: growing.map { learningRate(at: $0) }, suggested: suggested(steepest: steepest, lowest: lowest))
  }

  /// The rates between that of the steepest fall and half of that of the lowest loss, if they say something.
  private func suggested(steepest: Int?, lowest: Int?) -> ClosedRange<Double>? {
    // Smoothing cannot tell the first steps apart.
    guard let steepest, let lowest, lowest > max(steps / 20, 1) else { return nil }
    let (fastest, high) = (learningRate(at: steepest), learningRate(at: lowest) / 2)
    return high > first ? min(fastest, high)...max(fastest, high) : nil
  }

  private func window(around step: Int, _ reach: Int, of count: Int) -> Range<Int> {
    max(0, step - max(reach, 1))..<min(count, step + max(reach, 1) + 1)
  }

  /// The slope of the line through points, and its standard error; none of less than four points.
  private static func slope(of values: ArraySlice<Double>, over places: [Double]) -> (
    value: Double, error: Double
  ) {
    let count = Double(places.count)
    guard count > 3 else { return (0, .infinity) }
    let (middle, mean) = (places.reduce(0, +) / count, values.mean)
    let spread = places.reduce(0) { $0 + ($1 - middle) * ($1 - middle) }
    let slope = zip(places, values).reduce(0) { $0 + ($1.0 - middle) * ($1.1 - mean) } / spread
    let rest = zip(places, values).reduce(0) { sum, point in
      let distance = point.1 - mean - slope * (point.0 - middle)
      return sum + distance * distance
    }
    return (slope, (rest / (count - 2) / spread).squareRoot())
  }

}

extension ArraySlice<Double> {
  /// The mean.
  fileprivate var mean: Double { reduce(0, +) / Double(count) }
}

/// Takes the losses of a sweep.
private final class SweepObserver: TrainingObserver {
  private let sweep: LearningRateSweep
  private let progress: (Int) -> Void
  private(set) var losses: [Double] = []
  /// The lowest mean of as many neighboring losses as the last ones that are compared with it.
  private var lowestMean = Double.infinity
  var hasDiverged = false

  var isDone: Bool { hasDiverged || losses.count >= sweep.steps }

  init(_ sweep: LearningRateSweep, _ progress: @escaping (Int) -> Void) {
    self.sweep = sweep
    self.progress = progress
  }

  func stepDone(_ trainer: Trainer, loss: Double) {
    losses.append(loss)
    let width = max(sweep.steps / 20, 2)
    if losses.count >= width {
      let mean = losses.suffix(width).mean
      lowestMean = min(lowestMean, mean)
      hasDiverged = losses.count >= 2 * width && mean > 4 * lowestMean
    }
    progress(losses.count)
  }
}

/// A rate that grows from step to step by the same factor.
private struct SweepSchedule: LearningRateSchedule {
  /// The last rate over the first.
  let ratio: Double
  let steps: Int

  func factor(at time: TrainingTime) -> Double {
    pow(ratio, Double(time.epoch * time.stepsPerEpoch + time.step) / Double(steps - 1))
  }
}
