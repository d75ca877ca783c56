import CVectorMath
import TensorCore

extension Variable {
  /// The variable repeated along axes of extent 1, and along new axes before the first, until it has the given shape.
  ///
  /// Shapes are aligned at their last axes, as in NumPy. The gradient is summed over what was repeated, from the first
  /// repetition to the last.
  ///
  /// - Parameter newShape: The shape.
  /// - Returns: A variable of that shape.
  /// - Precondition: Each extent is the new one or 1.
  public func broadcast(to newShape: [Int]) -> Variable {
    let missing = newShape.count - shape.count
    precondition(
      missing >= 0 && zip(shape, newShape[missing...]).allSatisfy { $0 == $1 || $0 == 1 },
      "a variable of shape \(shape) cannot be broadcast to \(newShape)")
    var result = reshaped(Array(repeating: 1, count: missing) + shape)
    // From the last axis on, so that what is copied grows.
    for axis in newShape.indices.reversed() where result.shape[axis] != newShape[axis] {
      result = result.repeated(axis: axis, count: newShape[axis])
    }
    return result
  }

  /// The variable repeated along an axis of extent 1.
  private func repeated(axis: Int, count: Int) -> Variable {
    let oldShape = shape
    var newShape = oldShape
    newShape[axis] = count
    let outer = oldShape[..<axis].reduce(1, *)
    let inner = oldShape[(axis + 1)...].reduce(1, *)
    var result = Tensor(uninitialized: newShape)
    let (x, y) = (value.storage, result.mutableStorage())
    parallelForRows(outer * count, length: inner) { rows in
      for row in rows { (y.base + row * inner).update(from: x.base + row / count * inner, count: inner) }
    }
    return .primitive(result, inputs: [self]) { gradient in
      var sum = Tensor.zeros(oldShape)
      let (g, dx) = (gradient.storage, sum.mutableStorage())
      parallelForRows(outer, length: count * inner) { rows in
        for row in rows {
          for index in 0..<count {
            vm_add_scaled(dx.base + row * inner, g.base + (row * count + index) * inner, 1, inner)
          }
        }
      }
      return [sum]
    }
  }
}
