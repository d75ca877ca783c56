public import Autodiff
internal import CVectorMath
internal import Glibc
internal import TensorCore

/// Adam, and with decoupled weight decay AdamW.
///
/// ```
/// g ← ∂L/∂θ + λθ                        (coupled decay)
/// m ← β₁m + (1 − β₁)g                   v ← β₂v + (1 − β₂)|g|²
/// θ ← (1 − ηλ)θ                         (decoupled decay)
/// θ ← θ − η/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε)
/// ```
///
/// η is the learning rate, λ the weight decay, t the step, counted from 1; m and v begin at zero. For complex parameters,
/// whose tensors have a last axis of (real, imaginary), |g|² is either the squared modulus, shared by both parts, or taken
/// of each part by itself.
///
/// Source: Kingma and Ba, *Adam: A Method for Stochastic Optimization*, arXiv:1412.6980, algorithm 1; Loshchilov and
/// Hutter, *Decoupled Weight Decay Regularization*, arXiv:1711.05101, algorithm 2.
public struct Adam: Optimizer {
  /// How weight decay enters.
  public enum WeightDecay: Sendable, Equatable {
    /// Added to the gradient, as the gradient of λ|θ|²/2 would be: Adam with L2 regularization.
    case coupled(Double)
    /// Apart from the gradient: AdamW.
    case decoupled(Double)
  }

  /// The second moment of complex parameters.
  public enum ComplexMoment: String, Sendable, CaseIterable {
    /// |g|² for both parts, as Fourier neural operators are commonly trained.
    case shared
    /// The square of each part, as PyTorch's Adam does it.
    case separate
  }

  /// How weight decay enters.
  public let weightDecay: WeightDecay
  /// The decay rates β₁ and β₂ of the moments.
  public let decayRates: (first: Double, second: Double)
  /// ε, which keeps the divisor from zero.
  public let epsilon: Double
  /// The second moment of complex parameters.
  public let complexMoment: ComplexMoment
  /// The names of the complex parameters.
  public let complexParameters: Set<String>
  /// The number of steps taken.
  public private(set) var steps = 0

  private var moments = Moments("first_moment", "second_moment")

  /// An optimizer that has taken no step.
  ///
  /// - Parameters:
  ///   - weightDecay: How weight decay enters.
  ///   - decayRates: The decay rates β₁ and β₂ of the moments, both in [0, 1).
  ///   - epsilon: ε, which keeps the divisor from zero.
  ///   - complexMoment: The second moment of complex parameters.
  ///   - complexParameters: The names of the parameters whose last axis is (real, imaginary).
  public init(
    weightDecay: WeightDecay = .coupled(0), decayRates: (first: Double, second: Double) = (0.9, 0.999),
    epsilon: Double = 1e-8, complexMoment: ComplexMoment = .shared, complexParameters: Set<String> = []
  ) {
    let rates = 0.0..<1
    precondition(
      rates.contains(decayRates.first) && rates.contains(decayRates.second),
      "Adam's decay rates lie in [0, 1), got \(decayRates)")
    self.weightDecay = weightDecay
    self.decayRates = decayRates
    self.epsilon = epsilon
    self.complexMoment = complexMoment
    self.complexParameters = complexParameters
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
    moments.begin(for: parameters, shape: momentShape)
    steps += 1
    for (name, gradient) in gradients {
      parameters.require(gradient: gradient, of: name)
      var step = step(learningRate: learningRate(name), decayFactor: weightDecayFactor(name))
      let (parameter, slope) = (parameters.mutableStorage(of: name), gradient.storage)
      let first = moments.mutableStorage(0, of: name)
      let second = moments.mutableStorage(1, of: name)
      if sharesMoment(name) {
        parallelForPieces(of: second.count) { range in
          let start = 2 * range.lowerBound
          vm_adam_complex(
            &step, parameter.base + start, first.base + start, second.base + range.lowerBound,
            slope.base + start, range.count)
        }
      } else {
        parallelForPieces(of: second.count) { range in
          let start = range.lowerBound
          vm_adam(
            &step, parameter.base + start, first.base + start, second.base + start, slope.base + start,
            range.count)
        }
      }
    }
  }

  private func step(learningRate: Double, decayFactor: Double) -> vm_adam_step {
    let (gradientDecay, shrinkage) =
      switch weightDecay {
      case .coupled(let decay): (decayFactor * decay, 1.0)
      case .decoupled(let decay): (0.0, 1 - learningRate * decayFactor * decay)
      }
    return vm_adam_step(
      gradient_decay: Float(gradientDecay), shrinkage: Float(shrinkage),
      first_weight: Float(1 - decayRates.first),
      second_decay: Float(decayRates.second), second_weight: Float(1 - decayRates.second),
      second_correction: Float((1 - pow(decayRates.second, Double(steps))).squareRoot()),
      rate: Float(learningRate / (1 - pow(decayRates.first, Double(steps)))), epsilon: Float(epsilon))
  }

  private func sharesMoment(_ name: String) -> Bool {
    complexMoment == .shared && complexParameters.contains(name)
  }

  /// The shape of the first (0) or the second moment (1) of a parameter.
  private func momentShape(_ kind: Int, of name: String, _ parameter: Tensor) -> [Int] {
    guard kind == 1, sharesMoment(name) else { return parameter.shape }
    precondition(
      parameter.shape.last == 2,
      "the complex parameter '\(name)' needs a last axis of 2, its shape is \(parameter.shape)")
    return parameter.shape.dropLast()
  }
}

extension Adam {
  /// The moments: `first_moment.NAME` and `second_moment.NAME`; a shared second moment lacks the last axis.
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
    try moments.restore(state, for: parameters, file: file, shape: momentShape)
    self.steps = steps
  }
}
