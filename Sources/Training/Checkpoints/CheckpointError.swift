public import SystemFiles

/// Weights that cannot be used.
public enum CheckpointError: ReportableError, Equatable {
  /// The tensors are those of no known model; the names are those of the kinds of models that are known.
  case unknownModel(file: String, names: [String])
  /// The tensors have the names of a kind of models, but no such model has these shapes.
  case impossibleModel(file: String, kind: String, reason: Message)
  /// The metadata and the shapes tell of different models.
  case contradiction(file: String, key: String, metadata: String, shapes: String)
  /// A tensor that the model needs is not there.
  case missingTensor(file: String, tensor: String)
  /// A tensor has another shape than the model's.
  case shape(file: String, tensor: String, found: [Int], expected: [Int])
  /// A weight is NaN or infinite.
  case notFinite(file: String, tensor: String)
  /// The file's means and standard deviations do not fit the model.
  case normalization(file: String, variables: Int)
  /// What the file says of the formulation does not fit the model.
  case formulation(file: String, reason: String)
  /// The model and the data set do not fit together.
  case doesNotFitData(file: String, data: String, reason: Message)
  /// Training cannot go on from the checkpoint on the data.
  case cannotStart(file: String, data: String, reason: Message)
  /// The file holds low-rank corrections without the weights that they correct.
  case adapterAlone(file: String, base: String?)
  /// The file of low-rank corrections cannot be used.
  case adapter(file: String, reason: String)
  /// The data set's variables have other names than the model's, or stand in another order.
  case otherVariables(file: String, data: String, own: [String], found: [String])
  /// The data set has fewer frames than a rollout starts from.
  case tooFewFrames(file: String, data: String, inFile: Int, left: Int, initialSteps: Int)
  /// The data set is not the one that the weights were trained on.
  case otherData(file: String, data: String, difference: String)

  /// The file's fault.
  public var fault: Fault { .data }

  /// The sentence, with option names that are still to be spelled.
  public var message: Message {
    switch self {
    case .unknownModel(let file, let names):
      "\(file) holds no known model: its tensor names match none of \(names.joined(separator: ", ")); "
        + "expected weights of one of these under PDEBench's names; pdeop.torch.save in Python writes a module's so."
    case .impossibleModel(let file, let kind, let reason):
      "\(file) holds no known model: its tensor names are those of \(kind), but \(reason); "
        + "expected the shapes of such a model, under PDEBench's names."
    case .contradiction(let file, let key, let metadata, let shapes):
      "\(file) says \(key) = \(metadata), but its tensor shapes say \(shapes); "
        + "write it again with matching metadata, or with none."
    case .missingTensor(let file, let tensor):
      "\(file) has no tensor '\(tensor)', which the model needs; it is a checkpoint of another model, use one that fits."
    case .shape(let file, let tensor, let found, let expected):
      "\(file) holds '\(tensor)' with shape \(found), the model needs \(expected); "
        + "it is a checkpoint of another model, use one that fits."
    case .notFinite(let file, let tensor):
      "\(file) holds a NaN or an infinity in '\(tensor)'; use an earlier checkpoint."
    case .normalization(let file, let variables):
      "\(file) has normalization metadata that do not match a model of \(variables) variables; write it again without them."
    case .formulation(let file, let reason):
      "\(file) has a formulation in its metadata that does not match its model: \(reason); use a checkpoint as it was written."
    case .doesNotFitData(let file, let data, let reason):
      "the model in \(file) does not fit \(data): \(reason); use data like those it was trained on."
    case .cannotStart(let file, let data, let reason):
      "\(file) cannot be fine-tuned on \(data): \(reason)."
    case .adapterAlone(let file, let base):
      "\(file) holds LoRA's corrections alone, which mean nothing without the weights that they correct"
        + (base.map { " (\($0))" } ?? "")
        + "; merge both by pdeop export merged, or use the checkpoint of the same run."
    case .adapter(let file, let reason): "\(file) cannot be merged: \(reason)."
    case .otherVariables(let file, let data, let own, let found):
      "the model in \(file) predicts \(own.joined(separator: ", ")), and \(data) has \(found.joined(separator: ", ")); "
        + Self.way(to: own, from: found)
    case .tooFewFrames(let file, let data, let inFile, let left, let initialSteps):
      "the model in \(file) starts from \(initialSteps) frames, and \(data) has \(inFile)"
        + Self.wayToFrames(inFile, left: left)
    case .otherData(let file, let data, let difference):
      "\(data) is not the data set that the model in \(file) was trained on: it has \(difference)."
    }
  }

  /// How a model's variables are had of a data set that has others beside them, or has them by other names.
  private static func way(to own: [String], from found: [String]) -> Message {
    Set(own).isSubset(of: found)
      ? "give \(option: "targets", own.joined(separator: ","))."
      : "if these are the same quantities, name them in the model's order by \(option: "targets")."
  }

  /// How a data set has enough frames.
  private static func wayToFrames(_ inFile: Int, left: Int) -> Message {
    left == inFile
      ? "; give data with as many."
      : ", of which \(left) are used; lower \(option: "reduced-resolution-t"), or give data with more."
  }
}
