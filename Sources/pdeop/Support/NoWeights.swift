import SystemFiles

/// A folder that was given for its weights, and has none.
struct NoWeights: ReportableError {
  let folder: String

  var fault: Fault { .usage }

  var message: Message {
    """
    '\(folder)' holds neither a run's checkpoints nor model.safetensors; give the folder of a run or of a model, or a file of \
    weights by \(option: "checkpoint").
    """
  }
}
