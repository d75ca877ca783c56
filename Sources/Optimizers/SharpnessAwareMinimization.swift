public import Autodiff
import TensorCore

extension Parameters {
  /// Where the loss is highest near these parameters, as far as the gradient tells: the ascent of sharpness-aware
  /// minimization (SAM).
  ///
  /// ```
  /// ŵ = w + ρ·g/‖g‖      ‖g‖ over all parameters together
  /// ```
  ///
  /// A step of SAM takes the gradient at ŵ, and moves w against it by any optimizer: so it looks for weights around
  /// which the loss is low everywhere, not only in one place. A complex parameter is a pair of real ones. Where the
  /// gradient is zero, so is the way.
  ///
  /// Source: Foret, Kleiner, Mobahi and Neyshabur, *Sharpness-Aware Minimization for Efficiently Improving
  /// Generalization*, arXiv:2010.01412, equation 2 and algorithm 1.
  ///
  /// - Parameters:
  ///   - gradients: The gradients at these parameters, by their names.
  ///   - radius: ρ, how far to go.
  /// - Returns: The parameters there; those without a gradient are as they are.
  /// - Precondition: Every gradient belongs to a parameter.
  public func ascended(along gradients: Parameters, radius: Double) -> Parameters {
    let norm = gradients.reduce(0) { $0 + $1.tensor.sumOfSquares }.squareRoot()
    let scale = Float(radius / norm)
    guard scale.isFinite else { return self }
    var result = self
    for (name, gradient) in gradients { result[name].add(gradient, scaledBy: scale) }
    return result
  }
}
