import SystemFiles
public import Options

/// When the model is evaluated.
public struct EvaluationConfiguration: ConfigurationPart {
  /// Epochs from one evaluation on the test samples to the next.
  public var every = 1

  /// The defaults.
  public init() {}

  /// The options.
  public static let options: [OptionDeclaration<EvaluationConfiguration>] = [
    OptionDeclaration(
      "evaluate-every", \.every, in: .count, help: "Epochs between evaluations.")
  ]
}
