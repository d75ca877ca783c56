import SystemFiles
public import Options

/// When the model is evaluated.
public struct EvaluationConfiguration: ConfigurationPart {
  /// Epochs from one evaluation on the test samples to the next.
  public var every = 1
  /// Evaluations without a lower error after which training ends; nil for none.
  public var patience: Int?

  /// The defaults.
  public init() {}

  /// The options.
  public static let options: [OptionDeclaration<EvaluationConfiguration>] = [
    OptionDeclaration(
      "evaluate-every", \.every, in: .count, help: "Epochs between evaluations."),
    OptionDeclaration(
      "patience", \.patience, in: .count,
      help: """
        Stop early: after this many evaluations without a lower error of the samples that choose the best checkpoint (see \
        \(option: "validation-samples")).
        """, default: "train all epochs", example: 20),
  ]
}
