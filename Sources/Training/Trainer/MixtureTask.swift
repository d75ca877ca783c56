import Autodiff
import FieldMetrics
import NeuralOperators
import PDEData

/// The training of one model on several data sets, each in its own units, on its own grid and with its own variables.
///
/// A batch is of one set. The score of the weights is the mean of the sets' scores, by weight; the metrics that are reported
/// are those of the first set, and so is the scaling that checkpoints keep.
struct MixtureTask: TrainingTask {
  /// What a step takes.
  struct Batch {
    /// The set's place.
    let set: Int
    /// Its samples.
    let content: RolloutTask.Batch
  }

  /// A task for each set; all have the same model.
  let parts: [RolloutTask]
  /// What the shares of the sets are in proportion to.
  let weights: [Double]

  /// A mixture of sets.
  init(_ parts: [RolloutTask], weights: [Double]) {
    precondition(
      parts.count == weights.count && !parts.isEmpty, "\(parts.count) sets with weights \(weights)")
    self.parts = parts
    self.weights = weights
  }

  private var first: RolloutTask { parts[0] }
  private var schedule: MixtureSchedule {
    MixtureSchedule(steps: stepsPerEpoch, weights: weights, seed: first.settings.seed)
  }

  func initialParameters(seed: UInt64) -> Parameters { first.initialParameters(seed: seed) }

  var buffers: Set<String> { first.buffers }

  func balancedParameters(_ parameters: Parameters) -> Parameters { first.balancedParameters(parameters) }

  /// As many as all sets have batches.
  var stepsPerEpoch: Int { parts.reduce(0) { $0 + $1.stepsPerEpoch } }

  func batches(epoch: Int, from step: Int) -> () throws -> Batch? {
    let schedule = schedule
    let sets = schedule.sets(epoch: epoch)
    var taken = parts.map { _ in 0 }
    for set in sets[..<step] { taken[set] += 1 }
    let streams = parts.indices.map { set in
      let all = schedule.batches(
        of: set, epoch: epoch, samples: parts[set].data.split.training,
        batchSize: first.settings.batchSize, shuffles: first.settings.shuffle)
      return parts[set].batches(Array(all[taken[set]...]), epoch: epoch)
    }
    var left = sets[step...]
    return {
      guard let set = left.popFirst() else { return nil }
      return try streams[set]().map { Batch(set: set, content: $0) }
    }
  }

  func parts(of batch: Batch) -> PartedBatch<Batch> {
    let content = parts[batch.set].parts(of: batch.content)
    return PartedBatch(
      content.parts.map { Batch(set: batch.set, content: $0) }, from: content.first, of: content.count)
  }

  func loss(of batch: Batch, _ parameters: TracedParameters) -> Variable {
    parts[batch.set].loss(of: batch.content, parameters)
  }

  func evaluate(
    _ parameters: Parameters, progress: (_ done: Int, _ total: Int) throws -> Void
  ) throws -> Evaluation? {
    let totals = parts.map { $0.data.split.test.count + $0.data.split.validation.count }
    let total = totals.reduce(0, +)
    var (result, score, weight) = (Evaluation?.none, 0.0, 0.0)
    var before = 0
    for (index, part) in parts.enumerated() {
      let own = try part.evaluate(parameters) { done, _ in try progress(before + done, total) }
      before += totals[index]
      guard let own else { continue }
      result = result ?? own
      score += weights[index] * own.score
      weight += weights[index]
    }
    result?.score = weight > 0 ? score / weight : score
    return result
  }

  func write(_ parameters: Parameters, to path: String) throws { try first.write(parameters, to: path) }
}
