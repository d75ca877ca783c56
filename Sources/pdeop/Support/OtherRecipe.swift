import SystemFiles
import Training

/// Weights to begin with that do not fit the model of the usual recipe, which nobody named.
struct OtherRecipe: ReportableError {
  let reason: CheckpointError

  var fault: Fault { reason.fault }

  var message: Message {
    "\(reason) Unless told otherwise the model is that of --recipe low-data; PDEBench's weights, for one, need --recipe plain."
  }
}

extension TrainingSettings {
  /// Names the recipe in the error of a body that refuses a configuration's initial weights, if the recipe was not chosen.
  func advised<Result>(_ configuration: TrainingConfiguration, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as CheckpointError {
      guard !hasSource, configuration.model.initialWeights != nil else { throw error }
      switch error {
      case .missingTensor, .shape: throw OtherRecipe(reason: error)
      default: throw error
      }
    }
  }
}
