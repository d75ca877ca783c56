import MessagePassing
import NeuralOperators
import PDEData
import Symmetries
import TensorCore

/// The batches of an epoch: windows of frames as the model sees them, in parts that ranks share.
extension RolloutTask {
  /// A batch of windows of frames, or a row of its parts.
  public struct Batch: Sendable {
    struct Part {
      /// The frames as the model sees them.
      let frames: FormulatedFrames
      /// What is added to the given frames in the model's units, `[samples, history, variables, x(, y(, z))]`.
      let noise: Tensor?
      /// The part's share of the batch's loss in each frame; nil for the whole batch.
      var shares: [Float]?
    }

    /// The parts that are here, in order.
    let parts: [Part]
    /// The place of the first of them.
    let first: Int
    /// The number of all parts.
    let count: Int
    /// How many of the last steps are differentiated; nil for all.
    let unroll: Int?
  }

  /// The training samples in the order that the seed gives the epoch, read ahead.
  public func batches(epoch: Int, from step: Int) -> () throws -> Batch? {
    var order = data.split.training
    if settings.shuffle {
      var generator = CounterGenerator(seed: settings.seed, purpose: .shuffle, epoch: epoch)
      order.shuffle(using: &generator)
    }
    return batches(
      order.batches(of: settings.batchSize)[step...].map { (pass: epoch, samples: $0) }, epoch: epoch)
  }

  /// Batches of given samples, read ahead.
  ///
  /// - Parameters:
  ///   - order: The samples of each batch, and which pass through the samples it belongs to: windows, noise and symmetries are
  ///     others in each.
  ///   - epoch: The epoch, for the number of differentiated steps.
  /// - Returns: Gives the batches in that order, then nil.
  func batches(_ order: [(pass: Int, samples: [Int])], epoch: Int) -> () throws -> Batch? {
    let group = RankGroup.current
    let batches = order.map { (pass: $0.pass, share: BatchShare($0.samples, parts: settings.parts, group)) }
    // Two batches are read ahead, part by part.
    let ahead = 2 * (batches.map(\.share.parts.count).max() ?? 1)
    let stream = data.loader.batches(batches.flatMap(\.share.parts), readAhead: max(ahead, 1))
    var rest = batches[...]
    return {
      guard let (pass, batch) = rest.popFirst() else { return nil }
      let unroll = settings.unroll?.steps(epoch: epoch, of: settings.epochs)
      let parts = try batch.parts.compactMap { _ in
        try stream.next().map {
          Batch.Part(frames: frames(of: $0, epoch: pass), noise: noise(for: $0, epoch: pass))
        }
      }
      return Batch(
        parts: batch.count == 1 ? parts : withShares(parts, of: batch, unroll: unroll, in: group),
        first: batch.first, count: batch.count, unroll: unroll)
    }
  }

  /// Parts with their shares of the batch's loss.
  ///
  /// A loss is a mean over samples, so a part's share is its number of samples over the batch's. One that leaves fields out is
  /// a mean over the fields that it takes; these are counted on all ranks.
  private func withShares(
    _ parts: [Batch.Part], of batch: BatchShare, unroll: Int?, in group: RankGroup
  ) -> [Batch.Part] {
    let loss = rollout.frameLoss
    guard loss.leavesOutFields else {
      return zip(parts, batch.parts).map { part, samples in
        var part = part
        let share = Float(samples.count) / Float(batch.samples)
        part.shares = Array(repeating: share, count: part.frames.frames.shape[1])
        return part
      }
    }
    let counts = parts.map { part -> [Double] in
      let frames = part.frames
      let count = frames.frames.shape[1]
      let from = unroll.map { max(frames.first, count - $0) } ?? frames.first
      return (0..<count).map { time in
        time < from ? 0 : Double(loss.fields(in: frames.frame(time), units: frames.units(time)))
      }
    }
    // Every part has a number for each frame.
    let length = settings.window.map { model.initialSteps + $0 } ?? data.loader.frames
    var totals = Array(repeating: 0.0, count: length)
    for numbers in group.gather(counts.flatMap { $0 }) {
      for (place, number) in numbers.enumerated() { totals[place % length] += number }
    }
    return zip(parts, counts).map { part, counts in
      var part = part
      part.shares = zip(counts, totals).map { $1 > 0 ? Float($0 / $1) : 0 }
      return part
    }
  }

  /// The frames of a batch that are trained on in an epoch: windows of them, in a symmetry.
  private func frames(of batch: PDEData.Batch, epoch: Int) -> FormulatedFrames {
    var (frames, inputs) = (batch.frames, model.staticInputs == 0 ? nil : batch.inputs)
    if let augmentation = settings.augmentation {
      let transform = augmentation.transform(of: batch.samples, seed: settings.seed, epoch: epoch)
      frames = transform(frames, times: data.loader.times)
      inputs = inputs.map(transform.inputs)
    }
    var first = formulation.initialSteps
    if let window = settings.window {
      let count = model.initialSteps + window
      let starts = batch.samples.map { sample in
        var generator = CounterGenerator(
          seed: settings.seed, purpose: .window, epoch: epoch, index: sample)
        return generator.place(below: frames.shape[1] - count + 1)
      }
      (frames, first) = (frames.windows(from: starts, count: count), model.initialSteps)
    }
    // Equations with windows do not depend on time, so that distances in time suffice.
    return FormulatedFrames(
      ownFormulation, frames, first: first, times: Array(data.loader.times.prefix(frames.shape[1])),
      inputs: inputs)
  }

  /// Noise for the given frames, different for every sample and epoch; nil without noise.
  private func noise(for batch: PDEData.Batch, epoch: Int) -> Tensor? {
    guard settings.noise > 0 else { return nil }
    let shape = [batch.samples.count, model.initialSteps] + batch.frames.shape[2...]
    let count = shape[1...].reduce(1, *)
    var noise: [Float] = []
    noise.reserveCapacity(batch.samples.count * count)
    for sample in batch.samples {
      var generator = CounterGenerator(seed: settings.seed, purpose: .noise, epoch: epoch, index: sample)
      for _ in 0..<count { noise.append(generator.normal()) }
    }
    return Tensor(noise, shape: shape)
  }

  /// Noise in its unit: as it is, or times the norm of each sample's given frames of each variable. What data lack has none.
  func scaled(_ noise: Tensor, for frames: FormulatedFrames) -> Tensor {
    guard settings.noiseUnit == .norm || settings.mask != nil else { return noise }
    let (samples, steps, variables) = (noise.shape[0], noise.shape[1], noise.shape[2])
    let points = noise.shape[3...].reduce(1, *)
    var factors = (0..<samples * variables).map { settings.mask?[$0 % variables] ?? 1 }
    if settings.noiseUnit == .norm {
      var squares = [Double](repeating: 0, count: samples * variables)
      for step in 0..<steps {
        let frame = frames.frame(frames.first - steps + step)
        for (index, value) in frame.elements.enumerated() {
          squares[index / points] += Double(value) * Double(value)
        }
      }
      for index in factors.indices { factors[index] *= Float(squares[index].squareRoot()) }
    }
    var elements = noise.elements
    for index in elements.indices {
      let field = index / points
      elements[index] *= factors[field / (variables * steps) * variables + field % variables]
    }
    return Tensor(elements, shape: noise.shape)
  }
}

/// The parts of a batch, and those of them that are a rank's.
private struct BatchShare {
  /// The number of samples of the batch.
  let samples: Int
  /// The number of all parts.
  let count: Int
  /// The place of the rank's first part.
  let first: Int
  /// The samples of the rank's parts.
  let parts: [[Int]]

  init(_ batch: [Int], parts count: Int, _ group: RankGroup) {
    let count = min(count, batch.count)
    let own = group.share(among: count)
    (samples, self.count, first) = (batch.count, count, own.lowerBound)
    parts = own.map { part in
      Array(batch[(part * batch.count / count)..<((part + 1) * batch.count / count)])
    }
  }
}
