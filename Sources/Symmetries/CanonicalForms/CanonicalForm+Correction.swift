public import Autodiff
import Foundation
import TensorCore

extension CanonicalForm {
  /// Frames in physical units, where the samples have been moved to, in canonical variables: undoes
  /// ``decodeUnmoved(_:_:)``, for predictions that were corrected in physical units.
  ///
  /// One primitive: y = log(x/s), or y = (x − U)/s, with ∂L/∂x = g/x or g/s.
  ///
  /// - Parameters:
  ///   - frame: `[samples, variables, x(, y(, z))]`.
  ///   - reference: The samples' references.
  /// - Returns: As many frames.
  /// - Precondition: The frame has the system's variables and points.
  public func encodeUnmoved(_ frame: Variable, _ reference: SampleReference) -> Variable {
    checkShape(frame.value, items: reference.samples)
    if isIdentity { return frame }
    let (variables, recipes) = (system.variables.count, recipes(reference))
    var result = Tensor(uninitialized: frame.shape)
    let (source, target) = (frame.value.storage, result.mutableStorage())
    forEachField(of: result, frames: 1) { start, points, sample, variable in
      let recipe = recipes[sample * variables + variable]
      let (x, y, factor, offset) = (source.base + start, target.base + start, 1 / recipe.scale, recipe.offset)
      if recipe.isLogarithm {
        for point in 0..<points { y[point] = log(factor * x[point]) }
      } else {
        for point in 0..<points { y[point] = factor * (x[point] - offset) }
      }
    }
    let input = frame.valueForPullback
    return .primitive(result, inputs: [frame]) { gradient in
      var inputGradient = Tensor(uninitialized: gradient.shape)
      let (g, x, dx) = (gradient.storage, input().storage, inputGradient.mutableStorage())
      forEachField(of: gradient, frames: 1) { start, points, sample, variable in
        let recipe = recipes[sample * variables + variable]
        let (from, values, to) = (g.base + start, x.base + start, dx.base + start)
        let factor = 1 / recipe.scale
        if recipe.isLogarithm {
          for point in 0..<points { to[point] = from[point] / values[point] }
        } else {
          for point in 0..<points { to[point] = factor * from[point] }
        }
      }
      return [inputGradient]
    }
  }
}
