import Autodiff
import MessagePassing
import NeuralOperators
public import PDEData
public import TensorCore

/// A test sample and the prediction of it.
public struct TestRollout: Sendable {
  /// The data set, as it is read.
  public let loader: BatchLoader
  /// The sample's place in the data set.
  public let sample: Int
  /// Frames that were given.
  public let initialSteps: Int
  /// The sample, `[time, variable, x(, y(, z))]`.
  public let truth: Tensor
  /// The prediction of it, given frames included.
  public let prediction: Tensor
}

extension Trainer {
  /// The rollout of the first test sample with the parameters that are evaluated, in the data's units.
  ///
  /// - Returns: The sample and the prediction of it; nil where no neural operator is trained, or where there is no test sample.
  /// - Throws: If the sample cannot be read.
  public func rolloutOfTestSample() throws -> TestRollout? {
    guard let task = task as? RolloutTask ?? (task as? MixtureTask)?.parts[0],
      let sample = task.data.split.test.first,
      let rollout = try task.prediction(ofSample: sample, evaluatedParameters)
    else { return nil }
    return TestRollout(
      loader: task.data.loader, sample: sample, initialSteps: task.formulation.initialSteps,
      truth: rollout.truth, prediction: rollout.prediction)
  }
}

extension RolloutTask {
  /// The rollout of a sample, given frames included, in the data's units; of a group of ranks one may ask alone.
  ///
  /// - Parameters:
  ///   - sample: The place of the sample in the file.
  ///   - parameters: The parameters.
  /// - Returns: The sample and the prediction of it, `[time, variable, x(, y(, z))]`.
  /// - Throws: If the file cannot be read.
  fileprivate func prediction(ofSample sample: Int, _ parameters: Parameters) throws -> (
    truth: Tensor, prediction: Tensor
  )? {
    let evaluator = try Evaluator(
      model: model, loader: data.loader, formulation: formulation, batchSize: 1, metrics: [],
      present: settings.present)
    let shape = data.loader.sampleShape
    var result: (truth: Tensor, prediction: Tensor)?
    try RankGroup.use(.alone) {
      try evaluator.forEachPrediction(of: [sample], merged(parameters)) { prediction, batch in
        result = (batch.frames.reshaped(shape), prediction.reshaped(shape))
      }
    }
    return result
  }
}
