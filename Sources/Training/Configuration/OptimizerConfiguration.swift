import SystemFiles
public import Optimizers
public import Options

/// The optimizer and its options.
public struct OptimizerConfiguration: ConfigurationPart {
  /// The rule, with the options that it has of its own.
  @ChosenKind public var kind: any OptimizerDescription = Adam.Description()
  /// The learning rate at the start.
  public var learningRate = 1e-3
  /// Factor of the weights in the gradient, or of their decay.
  public var weightDecay = 1e-4
  /// Largest norm of the gradient of all parameters together; nil for no limit.
  public var clipGradients: Double?
  /// The decay of a running mean of the weights; nil for none.
  public var averageWeights: Double?
  /// How far sharpness-aware minimization goes to find where the loss is highest; nil for none of it.
  public var samRho: Double?

  /// The defaults.
  public init() {}

  /// The name of the kind.
  public var name: String { type(of: kind).name }

  /// The options that do not depend on the kind.
  public static let options: [OptionDeclaration<OptimizerConfiguration>] = [
    OptionDeclaration(
      "learning-rate", \.learningRate, in: .positive, help: "The initial learning rate."),
    OptionDeclaration(
      "weight-decay", \.weightDecay, in: .notNegative,
      help: "Weight decay: added to the gradient with adam and sgd, decoupled with the others."),
    OptionDeclaration(
      "clip-gradients", \.clipGradients, in: .positive, help: "Clip the gradient to this norm.",
      default: "no limit", example: 1),
    OptionDeclaration(
      "average-weights", \.averageWeights, in: .from(0, to: 0.999999),
      help: "Evaluate and keep a running mean of the weights with this decay per step; 0.999 is common.",
      default: "off", example: 0.999),
    OptionDeclaration(
      "sam-rho", \.samRho, in: .positive,
      help: """
        Radius ρ of sharpness-aware minimization: take each gradient at the worst point within this distance of the weights, \
        at twice the cost; 0.05 is common.
        """, default: "off", example: 0.05),
  ]
}

extension OptimizerConfiguration: ChoosingPart {
  static let choiceName = "optimizer"
  static let choiceHelp: Message = "The optimizer"

  var chosen: any KindDescription {
    get { kind }
    set { if let kind = newValue as? any OptimizerDescription { self.kind = kind } }
  }
}
