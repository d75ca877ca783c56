public import TensorCore

/// Computes ``Metrics`` from predictions that come a few samples at a time.
///
/// ```swift
/// var accumulator = MetricsAccumulator(shape: [21, 4, 64, 64], initialSteps: 10)
/// for batch in batches { accumulator.add(prediction: rollout(batch), target: batch.frames) }
/// print(accumulator.metrics.nrmse)
/// ```
///
/// All sums are in double precision and run over the samples in the order in which they are added, so that neither the
/// size of the batches nor the number of threads changes a bit of the result.
public struct MetricsAccumulator: Sendable {
  /// The shape of one sample: `[time, variable, x(, y(, z))]`.
  public let shape: [Int]
  /// The first frames of a sample that were given to the model rather than predicted by it.
  public let initialSteps: Int
  /// The number of samples so far.
  public private(set) var samples = 0

  private let points: Int
  private let shells: WavenumberShells
  private let sides: Sides
  /// One for each frame and variable.
  private var sums: [FieldSums]
  /// `[time, variable, shell]`.
  private var energies: [Double]

  /// An accumulator without samples.
  ///
  /// - Parameters:
  ///   - shape: The shape of one sample: `[time, variable, x(, y(, z))]`.
  ///   - initialSteps: The first frames that are not predicted, at most all.
  /// - Precondition: The fields have one to three dimensions, and nothing is empty.
  public init(shape: [Int], initialSteps: Int) {
    precondition(
      (3...5).contains(shape.count) && shape.allSatisfy { $0 > 0 },
      "metrics need samples of shape [time, variable, x(, y(, z))], got \(shape)")
    precondition(
      (0...shape[0]).contains(initialSteps), "\(initialSteps) initial steps do not fit \(shape[0]) frames")
    self.shape = shape
    self.initialSteps = initialSteps
    points = shape[2...].reduce(1, *)
    shells = WavenumberShells(shape: Array(shape[2...]))
    sides = Sides(of: Array(shape[2...]))
    sums = Array(repeating: FieldSums(), count: shape[0] * shape[1])
    energies = Array(repeating: 0, count: shape[0] * shape[1] * shells.count)
  }

  /// Takes further samples into account.
  ///
  /// - Parameters:
  ///   - prediction: `[sample, time, variable, x(, y(, z))]`, the initial frames included.
  ///   - target: What should have been predicted, of the same shape.
  /// - Precondition: Both have ``shape`` after the first axis and the same number of samples.
  public mutating func add(prediction: Tensor, target: Tensor) {
    precondition(
      prediction.shape == target.shape && target.shape.dropFirst() == shape[...],
      "metrics of samples \(shape) cannot take predictions \(prediction.shape) of \(target.shape)")
    let batch = target.shape[0]
    samples += batch
    let (points, shells, sides, fields, fieldCapacity) = (points, shells, sides, sums.count, fieldCapacity)
    let (predicted, wanted) = (prediction.storage, target.storage)
    sums.withUnsafeMutableBufferPointer { sums in
      energies.withUnsafeMutableBufferPointer { energies in
        parallelFor(fields, scratch: fieldCapacity + shells.scratchCount) { field, scratch in
          let difference = UnsafeMutableBufferPointer(start: scratch, count: points)
          let range = (field * shells.count)..<((field + 1) * shells.count)
          let fieldEnergies = UnsafeMutableBufferPointer(rebasing: energies[range])
          for sample in 0..<batch {
            let place = (sample * fields + field) * points
            sums[field].add(
              prediction: UnsafeBufferPointer(start: predicted.base + place, count: points),
              target: UnsafeBufferPointer(start: wanted.base + place, count: points),
              sides: sides, difference: difference)
            shells.addEnergies(
              of: scratch, to: fieldEnergies, scratch: scratch + fieldCapacity)
          }
        }
      }
    }
  }

  /// Room for one field, rounded up so that what follows is aligned.
  private var fieldCapacity: Int { (points + 15) / 16 * 16 }
}

extension MetricsAccumulator {
  /// The measures over all samples so far, as means over variables and frames; NaN before the first sample.
  public var metrics: Metrics {
    let full = frameMetrics
    func mean(_ table: [[Double]]) -> Double { Self.mean(table.joined()) }
    // A field whose nRMSE is defined for no sample does not make the others' undefined.
    func relativeMean(from first: Int) -> Double {
      let counted = sums[(first * shape[1])...]
      // Zeros for zeros that were met would hide that everything else is left out.
      let isDefined =
        counted.contains { $0.nonzeroTargets > 0 } || counted.allSatisfy { $0.relativeErrors == samples }
      guard isDefined else { return .nan }
      return Self.mean(
        full.nrmse.indices.flatMap { variable in
          (first..<shape[0]).filter { sums[$0 * shape[1] + variable].relativeErrors > 0 }
            .map { full.nrmse[variable][$0] }
        })
    }
    return Metrics(
      rmse: mean(full.rmse), nrmse: relativeMean(from: 0), predictedNRMSE: relativeMean(from: initialSteps),
      conserved: mean(full.conserved), maximum: mean(full.maximum), boundary: mean(full.boundary),
      fourier: Self.bands.indices.map { band in Self.mean(full.fourier.flatMap { $0[band] }) },
      samples: samples, fields: samples * sums.count,
      zeroTargets: sums.reduce(0) { $0 + samples - $1.relativeErrors })
  }

  /// The measures over all samples so far for every variable and frame; NaN before the first sample.
  public var frameMetrics: FrameMetrics {
    let count = Double(samples)
    func table(_ value: (FieldSums) -> Double) -> [[Double]] {
      (0..<shape[1]).map { variable in
        (0..<shape[0]).map { frame in value(sums[frame * shape[1] + variable]) }
      }
    }
    return FrameMetrics(
      rmse: table { $0.error / count },
      nrmse: table { $0.relativeError / Double($0.relativeErrors) },
      conserved: table { ($0.squaredTotal / count).squareRoot() / Double(points) },
      maximum: table { samples > 0 ? $0.maximum : .nan },
      boundary: table { $0.boundary / count },
      fourier: (0..<shape[1]).map { variable in
        Self.bands.map { band in
          (0..<shape[0]).map { frame in fourierError(field: frame * shape[1] + variable, band: band) }
        }
      })
  }

  /// Low, middle and high wavenumbers, by shells.
  private static let bands = [0..<4, 4..<12, 12..<Int.max]

  private func fourierError(field: Int, band: Range<Int>) -> Double {
    let first = field * shells.count
    return Self.mean(
      band.clamped(to: 0..<shells.count).map { shell in
        (energies[first + shell] / Double(samples)).squareRoot() / Double(points)
      })
  }

  /// The mean from first to last; NaN of nothing.
  private static func mean(_ values: some Sequence<Double>) -> Double {
    var sum = 0.0
    var count = 0
    for value in values {
      sum += value
      count += 1
    }
    return sum / Double(count)
  }
}
