public import Options

/// A kind of optimizers: its name, the options that it has of its own, and how one is made.
///
/// A value is one choice of the options. To add an optimizer, write such a type beside it and list it in
/// ``OptimizerRegistry``, or pass a registry with it along.
public protocol OptimizerDescription: KindDescription {
  /// The optimizer of these options, which has taken no step.
  ///
  /// - Parameter task: What it is for.
  /// - Returns: The optimizer.
  func optimizer(for task: OptimizerTask) -> any Optimizer
}

/// What an optimizer is made for.
public struct OptimizerTask: Sendable, Equatable {
  /// The weight decay λ.
  public var weightDecay: Double
  /// The names of the parameters whose last axis is (real, imaginary).
  public var complexParameters: Set<String>

  /// A task.
  public init(weightDecay: Double = 0, complexParameters: Set<String> = []) {
    self.weightDecay = weightDecay
    self.complexParameters = complexParameters
  }
}

/// The kinds of optimizers that can be chosen.
public typealias OptimizerRegistry = KindRegistry<any OptimizerDescription.Type>

extension KindRegistry where Kind == any OptimizerDescription.Type {
  /// The optimizers of this library, a line each.
  public static var standard: OptimizerRegistry {
    OptimizerRegistry([
      Adam.Description.self,
      Adam.DecoupledDescription.self,
      StochasticGradientDescent.Description.self,
      Adafactor.Description.self,
    ])
  }
}
