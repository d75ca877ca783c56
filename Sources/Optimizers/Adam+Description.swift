public import Options
import SystemFiles

extension Adam {
  /// Adam, its weight decay added to the gradient.
  public struct Description: OptimizerDescription {
    /// How the size of a complex gradient is measured.
    public var secondMoment = ComplexMoment.shared
    /// β₂, the decay of the second moment.
    public var secondDecay = 0.999

    /// The default options.
    public init() {}

    /// `adam`.
    public static let name = "adam"
    /// In words.
    public static let title = "Adam, weight decay added to the gradient"
    /// The options that Adam has of its own.
    public static let options = [
      ComplexMoment.option(\Description.secondMoment), Adam.decayOption(\Description.secondDecay),
    ]

    /// Adam with these options.
    public func optimizer(for task: OptimizerTask) -> any Optimizer {
      Adam(
        weightDecay: .coupled(task.weightDecay), decayRates: (0.9, secondDecay), complexMoment: secondMoment,
        complexParameters: task.complexParameters)
    }
  }

  /// AdamW: Adam with decoupled weight decay.
  public struct DecoupledDescription: OptimizerDescription {
    /// How the size of a complex gradient is measured.
    public var secondMoment = ComplexMoment.shared
    /// β₂, the decay of the second moment.
    public var secondDecay = 0.999

    /// The default options.
    public init() {}

    /// `adamw`.
    public static let name = "adamw"
    /// In words.
    public static let title = "Adam with decoupled weight decay"
    /// The options that AdamW has of its own.
    public static let options = [
      ComplexMoment.option(\DecoupledDescription.secondMoment),
      Adam.decayOption(\DecoupledDescription.secondDecay),
    ]

    /// AdamW with these options.
    public func optimizer(for task: OptimizerTask) -> any Optimizer {
      Adam(
        weightDecay: .decoupled(task.weightDecay), decayRates: (0.9, secondDecay),
        complexMoment: secondMoment,
        complexParameters: task.complexParameters)
    }
  }
}

extension Adam {
  /// The option of β₂.
  fileprivate static func decayOption<Root: ConfigurationPart>(
    _ path: any WritableKeyPath<Root, Double> & Sendable
  ) -> OptionDeclaration<Root> {
    OptionDeclaration(
      "beta2", path, in: .from(0, to: 0.999999),
      help: "Decay β₂ of the second moment per step; DPOT is trained with 0.9.", example: 0.9)
  }
}

extension Adam.ComplexMoment: OptionChoice {
  /// The option of whatever keeps such a moment.
  static func option<Root: ConfigurationPart>(
    _ path: any WritableKeyPath<Root, Adam.ComplexMoment> & Sendable
  ) -> OptionDeclaration<Root> {
    OptionDeclaration(
      "second-moment", path,
      help: """
        Second moment of complex gradients: shared |g|², or separate real and imaginary parts as in PyTorch.
        """)
  }
}

extension OptimizerDescription where Self == Adam.Description {
  /// Adam with its defaults.
  public static var adam: Adam.Description { Adam.Description() }
}

extension OptimizerDescription where Self == Adam.DecoupledDescription {
  /// AdamW with its defaults.
  public static var adamw: Adam.DecoupledDescription { Adam.DecoupledDescription() }
}
