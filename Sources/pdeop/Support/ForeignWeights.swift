import SystemFiles

/// The weights of a known model in a form of another program's, where fields or a checkpoint were expected.
struct ForeignWeights: ReportableError {
  let file: String

  var fault: Fault { .data }

  var message: Message {
    """
    \(file) holds the weights of a model, not fields; to inspect them, write them as safetensors by \
    pdeop convert \(file.shellWord) --to pdeop --output NAME.safetensors.
    """
  }
}
