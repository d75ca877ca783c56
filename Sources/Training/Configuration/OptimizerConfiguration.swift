import SystemFiles
public import Options

/// The optimizer and its options.
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
    OptionDeclaration("optimizer", \.kind, help: "The optimizer."),
    OptionDeclaration(
      "learning-rate", \.learningRate, in: .positive, help: "The initial learning rate."),
    OptionDeclaration(
      "weight-decay", \.weightDecay, in: .notNegative,
      help: "Weight decay: added to the gradient with adam and sgd, decoupled with the others."),
    OptionDeclaration(
      "second-moment", \.secondMoment,
      help: "Second moment of complex gradients in Adam and Adafactor: shared |g|², or separate real and imaginary parts as in PyTorch."),
    OptionDeclaration("momentum", \.momentum, in: .from(0, to: 0.9999), help: "Momentum of sgd."),
    OptionDeclaration(
      "clip-gradients", \.clipGradients, in: .positive, help: "Clip the gradient to this norm.",
      default: "no limit", example: 1),
    OptionDeclaration(
      "sam-rho", \.samRho, in: .positive,
      help: """
        Radius ρ of sharpness-aware minimization: take each gradient at the worst point within this distance of the weights, \
        at twice the cost; 0.05 is common.
        """, default: "off", example: 0.05),
    OptionDeclaration(
      "adafactor-scale-parameters", \.adafactorScaleParameters,
      help: """
        Scale Adafactor's steps by the size of the parameters; its authors use \
        \(option: "learning-rate", "0.01").
        """),
    OptionDeclaration(
      "adafactor-relative-step", \.adafactorRelativeStep,
      help: "Decay Adafactor's step size as 100/√t after 10,000 steps."),
    // Less would be zero in single precision.
    OptionDeclaration(
      "adafactor-epsilon1", \.adafactorEpsilon1, in: .from(1e-37, to: 1),
      help: "Adafactor's ε₁, added to each squared gradient."),
    OptionDeclaration(
      "adafactor-epsilon2", \.adafactorEpsilon2, in: .positive,
      help: "Adafactor's ε₂, the lower bound on the size of parameters that scales its steps."),
    OptionDeclaration(
      "adafactor-clip-threshold", \.adafactorClipThreshold, in: .positive,
      help: "Adafactor's clipping threshold, the largest root mean square of an update."),
  ]
}
