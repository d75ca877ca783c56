import SystemFiles
import Training

/// Weights to begin with that do not fit the model of the usual recipe, which nobody named.
struct OtherRecipe: ReportableError {
  let reason: CheckpointError

  var fault: Fault { reason.fault }

  var description: String {
    "\(reason) Unless told otherwise the model is that of --recipe low-data; PDEBench's weights, for one, need --recipe plain."
  }
}

extension TrainingSettings {
  /// Names the recipe in the error of a body that refuses weights of another model, if the recipe was not chosen.
  func advised<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as CheckpointError {
      switch error {
      case .missingTensor where !hasSource, .shape where !hasSource: throw OtherRecipe(reason: error)
      default: throw error
      }
    }
  }
}
