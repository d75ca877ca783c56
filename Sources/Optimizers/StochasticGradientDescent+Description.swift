public import Options
import SystemFiles

extension StochasticGradientDescent {
  /// Stochastic gradient descent with momentum, its weight decay added to the gradient.
  public struct Description: OptimizerDescription {
    /// What is left of the velocity after a step.
    public var momentum: Double

    /// The default options.
    public init() {
      self.init(momentum: 0.9)
    }

    /// Chosen options.
    public init(momentum: Double) {
      self.momentum = momentum
    }

    /// `sgd`.
    public static let name = "sgd"
    /// In words.
    public static let title = "Stochastic gradient descent with momentum"
    /// The options that it has of its own.
    public static let options: [OptionDeclaration<Description>] = [
      OptionDeclaration("momentum", \.momentum, in: .from(0, to: 0.9999), help: "Momentum of sgd.")
    ]

    /// Stochastic gradient descent with these options.
    public func optimizer(for task: OptimizerTask) -> any Optimizer {
      StochasticGradientDescent(momentum: momentum, weightDecay: task.weightDecay)
    }
  }
}

extension OptimizerDescription where Self == StochasticGradientDescent.Description {
  /// Stochastic gradient descent with its defaults.
  public static var sgd: StochasticGradientDescent.Description { StochasticGradientDescent.Description() }
}
