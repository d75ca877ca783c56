public import Autodiff
internal import CVectorMath
internal import TensorCore

/// Stochastic gradient descent with momentum.
///
/// ```
/// g ← ∂L/∂θ + λθ
/// u ← μu + g
/// θ ← θ − ηu            or, by Nesterov,  θ ← θ − η(g + μu)
/// ```
///
/// η is the learning rate, λ the weight decay, μ the momentum; u begins at zero. The learning rate multiplies the velocity
/// when it is used, not when it is gathered: a change of the learning rate takes effect immediately.
///
/// Source: Sutskever et al., *On the Importance of Initialization and Momentum in Deep Learning*, ICML 2013, section 2, with
/// the velocity scaled as PyTorch does it.
public struct StochasticGradientDescent: Optimizer {
  /// What is left of the velocity after a step: μ.
  public let momentum: Double
  /// Whether the velocity is looked at one step ahead.
  public let usesNesterovMomentum: Bool
  /// The weight decay λ, added to the gradient.
  public let weightDecay: Double
  /// The number of steps taken.
  public private(set) var steps = 0

  private var moments = Moments("velocity")

  /// An optimizer that has taken no step.
  ///
  /// - Parameters:
  ///   - momentum: What is left of the velocity after a step, in [0, 1).
  ///   - usesNesterovMomentum: Whether the velocity is looked at one step ahead.
  ///   - weightDecay: The weight decay, added to the gradient.
  public init(momentum: Double = 0, usesNesterovMomentum: Bool = false, weightDecay: Double = 0) {
    precondition((0.0..<1).contains(momentum), "the momentum lies in [0, 1), got \(momentum)")
    self.momentum = momentum
    self.usesNesterovMomentum = usesNesterovMomentum
    self.weightDecay = weightDecay
  }

  /// Takes one step. Parameters without a gradient stay as they are.
  ///
  /// - Parameters:
  ///   - parameters: The parameters to move.
  ///   - gradients: Gradients by the parameters' names and in their shapes.
  ///   - weightDecayFactor: What the weight decay of the parameter of that name is to the optimizer's.
  ///   - learningRate: The learning rate of the parameter of that name.
  /// - Precondition: Every gradient belongs to a parameter.
  public mutating func update(
    _ parameters: inout Parameters, gradients: Parameters, weightDecayFactor: (_ name: String) -> Double,
    learningRate: (_ name: String) -> Double
  ) {
    moments.begin(for: parameters) { $2.shape }
    steps += 1
    for (name, gradient) in gradients {
      parameters.require(gradient: gradient, of: name)
      var step = vm_momentum_step(
        gradient_decay: Float(weightDecayFactor(name) * weightDecay), momentum: Float(momentum),
        gradient_weight: usesNesterovMomentum ? 1 : 0,
        velocity_weight: usesNesterovMomentum ? Float(momentum) : 1, rate: Float(learningRate(name)))
      let (parameter, slope) = (parameters.mutableStorage(of: name), gradient.storage)
      let velocity = moments.mutableStorage(0, of: name)
      parallelForPieces(of: slope.count) { range in
        let start = range.lowerBound
        vm_momentum_descent(
          &step, parameter.base + start, velocity.base + start, slope.base + start, range.count)
      }
    }
  }

  /// The velocities: `velocity.NAME`.
  public var state: Parameters { moments.state }

  /// Goes on from a state that was taken out before.
  ///
  /// - Parameters:
  ///   - state: The tensors of ``state``, and perhaps others.
  ///   - steps: The number of steps taken by then.
  ///   - parameters: The parameters that are to be moved.
  ///   - file: Where the state comes from, for errors.
  /// - Throws: If a tensor is missing or has another shape than its parameter asks for; the optimizer is then as before.
  public mutating func restore(
    _ state: Parameters, steps: Int, for parameters: Parameters, file: String
  ) throws(OptimizerStateError) {
    try moments.restore(state, for: parameters, file: file) { $2.shape }
    self.steps = steps
  }
}
