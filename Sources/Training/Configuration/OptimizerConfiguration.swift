import SystemFiles
public import Options

/// How gradients become steps.
public struct OptimizerConfiguration: ConfigurationPart {
  /// The rule.
  public var kind = TrainingConfiguration.OptimizerKind.adam
  /// The learning rate at the start.
  public var learningRate = 1e-3
  /// Factor of the weights in the gradient, or of their decay.
  public var weightDecay = 1e-4
  /// How Adam and Adafactor measure the size of a complex gradient.
  public var secondMoment = TrainingConfiguration.SecondMoment.shared
  /// Momentum of SGD.
  public var momentum = 0.9
  /// Largest norm of the gradient of all parameters together; nil for no limit.
  public var clipGradients: Double?
  /// How far sharpness-aware minimization goes to find where the loss is highest; nil for none of it.
  public var samRho: Double?
  /// Whether Adafactor's steps are relative to the size of the parameters.
  public var adafactorScaleParameters = true
  /// Whether Adafactor's steps shrink with time.
  public var adafactorRelativeStep = true
  /// What Adafactor adds to each squared gradient.
  public var adafactorEpsilon1 = 1e-30
  /// The smallest size of parameters that Adafactor's steps are relative to.
  public var adafactorEpsilon2 = 1e-3
  /// The root mean square above which Adafactor's updates are scaled down.
  public var adafactorClipThreshold = 1.0

  /// The defaults.
  public init() {}

  /// The options.
  public static let options: [OptionDeclaration<OptimizerConfiguration>] = [
    OptionDeclaration("optimizer", \.kind, help: "The rule that turns gradients into steps."),
    OptionDeclaration(
      "learning-rate", \.learningRate, in: .positive, help: "The learning rate at the start."),
    OptionDeclaration(
      "weight-decay", \.weightDecay, in: .notNegative,
      help: "Weight decay: with adam and sgd added to the gradient, else apart from it."),
    OptionDeclaration(
      "second-moment", \.secondMoment,
      help: "How Adam and Adafactor measure complex gradients: shared |g|², or separate parts as in torch."),
    OptionDeclaration("momentum", \.momentum, in: .from(0, to: 0.9999), help: "Momentum of sgd."),
    OptionDeclaration(
      "clip-gradients", \.clipGradients, in: .positive, help: "Scale gradients down to this norm.",
      default: "no limit", example: 1),
    OptionDeclaration(
      "sam-rho", \.samRho, in: .positive,
      help: """
        Sharpness-aware minimization: take each gradient where the loss is highest within this distance of the weights, \
        at twice the cost; 0.05 is common.
        """, default: "off", example: 0.05),
    OptionDeclaration(
      "adafactor-scale-parameters", \.adafactorScaleParameters,
      help: """
        Adafactor's steps are a share of the size of the parameters; its authors take \
        \(option: "learning-rate", "0.01").
        """),
    OptionDeclaration(
      "adafactor-relative-step", \.adafactorRelativeStep,
      help: "Adafactor's steps shrink as 100/√t from the 10,000th on."),
    // Less would be zero in single precision.
    OptionDeclaration(
      "adafactor-epsilon1", \.adafactorEpsilon1, in: .from(1e-37, to: 1),
      help: "What Adafactor adds to each squared gradient."),
    OptionDeclaration(
      "adafactor-epsilon2", \.adafactorEpsilon2, in: .positive,
      help: "The size of parameters below which Adafactor's steps shrink no further."),
    OptionDeclaration(
      "adafactor-clip-threshold", \.adafactorClipThreshold, in: .positive,
      help: "Adafactor scales updates down to this root mean square."),
  ]
}
