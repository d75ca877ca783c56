public import Autodiff
public import TensorCore

/// Compares a primitive's gradients with central differences along random directions.
///
/// With random weights r, L(x) = Σ r·f(x). For each input and each of several random directions d it compares ⟨∂L/∂x, d⟩
/// with (L(x + hd) − L(x − hd)) / 2h. Computing in single precision, the two agree to about 10⁻³.
public enum GradientCheck {
  /// The largest disagreement over all inputs and directions, relative to ‖∂L/∂x‖·‖d‖; infinite where one is not
  /// finite. The default step h suits inputs of about unit size.
  public static func error(
    at inputs: [Tensor], step: Float = 1e-2, seed: UInt64 = 1, _ function: ([Variable]) -> Variable
  ) -> Double {
    let outputShape = function(inputs.map(Variable.init)).shape
    let weights = random(outputShape, seed: seed, index: 1000)
    func loss(_ inputs: [Tensor]) -> Double {
      dot(function(inputs.map(Variable.init)).value, weights)
    }

    let tape = Tape()
    let watched = inputs.map(tape.watch)
    let gradients = tape.gradients(of: (function(watched) * Variable(weights)).sum())

    var worst = 0.0
    for (index, input) in inputs.enumerated() {
      let gradient = gradients[watched[index]] ?? .zeros(input.shape)
      for trial in 0..<3 {
        let direction = random(input.shape, seed: seed, index: index * 10 + trial)
        var (ahead, behind) = (inputs, inputs)
        ahead[index].add(direction, scaledBy: step)
        behind[index].add(direction, scaledBy: -step)
        let expected = (loss(ahead) - loss(behind)) / (2 * Double(step))
        let size = (gradient.sumOfSquares * direction.sumOfSquares).squareRoot()
        worst = largerError(worst, abs(dot(gradient, direction) - expected) / max(size, 1e-30))
      }
    }
    return worst
  }

  /// Numbers uniform in [−1, 1).
  public static func random(_ shape: [Int], seed: UInt64 = 1, index: Int = 0) -> Tensor {
    var generator = CounterGenerator(seed: seed, purpose: .test, index: index)
    return Tensor.zeros(shape).map { _ in 2 * generator.uniform() - 1 }
  }

  /// Σ a·b in double precision.
  public static func dot(_ a: Tensor, _ b: Tensor) -> Double {
    zip(a.elements, b.elements).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }
}

extension CounterGenerator.Purpose {
  /// Random input in tests.
  public static let test = Self(number: 5)
}
