public import Options
import SystemFiles

extension Adafactor {
  /// Adafactor, its weight decay apart from the gradient.
  public struct Description: OptimizerDescription {
    /// How the size of a complex gradient is measured.
    public var secondMoment = Adam.ComplexMoment.shared
    /// Whether steps are relative to the size of the parameters.
    public var scalesByParameters = true
    /// Whether steps shrink with time.
    public var usesRelativeStep = true
    /// ε₁, what is added to each squared gradient.
    public var gradientEpsilon = 1e-30
    /// ε₂, the smallest size of parameters that steps are relative to.
    public var parameterEpsilon = 1e-3
    /// The root mean square above which updates are scaled down.
    public var clippingThreshold = 1.0

    /// The default options.
    public init() {}

    /// `adafactor`.
    public static let name = "adafactor"
    /// In words.
    public static let title = "Adafactor, with second moments in factors"
    /// The options that Adafactor has of its own.
    public static let options: [OptionDeclaration<Description>] = [
      Adam.ComplexMoment.option(\.secondMoment),
      OptionDeclaration(
        "adafactor-scale-parameters", \.scalesByParameters,
        help: """
          Scale Adafactor's steps by the size of the parameters; its authors use \
          \(option: "learning-rate", "0.01").
          """),
      OptionDeclaration(
        "adafactor-relative-step", \.usesRelativeStep,
        help: "Decay Adafactor's step size as 100/√t after 10,000 steps."),
      // Less would be zero in single precision.
      OptionDeclaration(
        "adafactor-epsilon1", \.gradientEpsilon, in: .from(1e-37, to: 1),
        help: "Adafactor's ε₁, added to each squared gradient."),
      OptionDeclaration(
        "adafactor-epsilon2", \.parameterEpsilon, in: .positive,
        help: "Adafactor's ε₂, the lower bound on the size of parameters that scales its steps."),
      OptionDeclaration(
        "adafactor-clip-threshold", \.clippingThreshold, in: .positive,
        help: "Adafactor's clipping threshold, the largest root mean square of an update."),
    ]

    /// Adafactor with these options.
    public func optimizer(for task: OptimizerTask) -> any Optimizer {
      Adafactor(
        weightDecay: task.weightDecay, scalesByParameters: scalesByParameters,
        usesRelativeStep: usesRelativeStep, epsilons: (gradientEpsilon, parameterEpsilon),
        clippingThreshold: clippingThreshold, complexMoment: secondMoment,
        complexParameters: task.complexParameters)
    }
  }
}

extension OptimizerDescription where Self == Adafactor.Description {
  /// Adafactor with its defaults.
  public static var adafactor: Adafactor.Description { Adafactor.Description() }
}
