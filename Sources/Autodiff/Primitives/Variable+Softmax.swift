import Foundation
import TensorCore

extension Variable {
  /// The softmax along an axis: positive numbers of sum 1.
  ///
  /// ```
  /// yⱼ = exp(xⱼ − m) / Σₖ exp(xₖ − m),   m = maxₖ xₖ        ∂L/∂xⱼ = yⱼ·(gⱼ − Σₖ gₖ·yₖ)
  /// ```
  ///
  /// An element of −∞ gets 0, which masks it; a row of nothing else has no softmax and becomes NaN.
  ///
  /// - Parameter axis: The axis that j and k run along; negative numbers count from the last, −1.
  /// - Returns: A variable of the same shape.
  /// - Precondition: There is such an axis.
  public func softmax(axis: Int = -1) -> Variable {
    let rows = AxisRows(shape, axis: axis)
    var result = Tensor(uninitialized: shape)
    let (x, y) = (value.storage, result.mutableStorage())
    rows.forEach { start, length, stride in
      var largest = -Float.infinity
      for index in 0..<length { largest = max(largest, x.base[start + index * stride]) }
      var sum = 0.0
      for index in 0..<length {
        let place = start + index * stride
        y.base[place] = Foundation.exp(x.base[place] - largest)
        sum += Double(y.base[place])
      }
      let scale = Float(1 / sum)
      for index in 0..<length { y.base[start + index * stride] *= scale }
    }
    return .primitive(result, inputs: [self]) { [result] gradient in
      var inputGradient = Tensor(uninitialized: gradient.shape)
      let (g, y, dx) = (gradient.storage, result.storage, inputGradient.mutableStorage())
      rows.forEach { start, length, stride in
        var sum = 0.0
        for index in 0..<length {
          let place = start + index * stride
          sum += Double(g.base[place]) * Double(y.base[place])
        }
        let mean = Float(sum)
        for index in 0..<length {
          let place = start + index * stride
          dx.base[place] = y.base[place] * (g.base[place] - mean)
        }
      }
      return [inputGradient]
    }
  }
}

/// The rows of a tensor along an axis.
private struct AxisRows {
  private let outer: Int
  private let length: Int
  private let inner: Int

  init(_ shape: [Int], axis: Int) {
    let axis = axis < 0 ? axis + shape.count : axis
    precondition(shape.indices.contains(axis), "a variable of shape \(shape) has no axis \(axis)")
    outer = shape[..<axis].reduce(1, *)
    length = shape[axis]
    inner = shape[(axis + 1)...].reduce(1, *)
  }

  /// Calls `body` for every row, in parallel, with the place of its first element and the distance between two.
  func forEach(_ body: (_ start: Int, _ length: Int, _ stride: Int) -> Void) {
    parallelForRows(outer * inner, length: length) { rows in
      for row in rows { body(row / inner * length * inner + row % inner, length, inner) }
    }
  }
}
