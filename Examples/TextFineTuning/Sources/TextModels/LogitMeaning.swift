/// What the logits of a text are, as `config.json` says it.
public enum LogitMeaning: Sendable, Equatable {
  /// One for each class, in the order of these names.
  case classes([String])
  /// The number that is predicted.
  case number

  /// A name for each logit.
  var names: [String] {
    switch self {
    case .classes(let names): names
    case .number: ["LABEL_0"]
    }
  }

  /// How the library transformers calls it.
  var problemType: String {
    switch self {
    case .classes: "single_label_classification"
    case .number: "regression"
    }
  }
}
