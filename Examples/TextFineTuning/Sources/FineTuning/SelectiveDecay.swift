public import Autodiff
public import Optimizers

/// An optimizer that lets some parameters' sizes alone: biases and normalizations have no weight decay, as is usual for
/// transformers.
public struct SelectiveDecay: Optimizer {
  private var optimizer: any Optimizer
  private let isDecayed: @Sendable (String) -> Bool

  /// An optimizer.
  ///
  /// - Parameters:
  ///   - optimizer: What takes the steps.
  ///   - isDecayed: Whether a parameter has weight decay.
  public init(_ optimizer: any Optimizer, where isDecayed: @escaping @Sendable (String) -> Bool) {
    (self.optimizer, self.isDecayed) = (optimizer, isDecayed)
  }

  /// The number of steps taken.
  public var steps: Int { optimizer.steps }
  /// The optimizer's own state.
  public var state: Parameters { optimizer.state }

  /// Takes one step.
  public mutating func update(
    _ parameters: inout Parameters, gradients: Parameters, weightDecayFactor: (_ name: String) -> Double,
    learningRate: (_ name: String) -> Double
  ) {
    let isDecayed = isDecayed
    optimizer.update(
      &parameters, gradients: gradients, weightDecayFactor: { isDecayed($0) ? weightDecayFactor($0) : 0 },
      learningRate: learningRate)
  }

  /// Goes on from the optimizer's own state.
  public mutating func restore(
    _ state: Parameters, steps: Int, for parameters: Parameters, file: String
  ) throws(OptimizerStateError) {
    try optimizer.restore(state, steps: steps, for: parameters, file: file)
  }
}
