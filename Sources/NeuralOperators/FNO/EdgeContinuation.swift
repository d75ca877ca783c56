import Autodiff
import TensorCore

/// Fields continued beyond both ends of each axis by copies of the end values, and cropped again.
struct EdgeContinuation {
  let points: Int

  /// `[samples, channels, x + 2·points…]` of `[samples, channels, x…]`.
  func extended(_ field: Variable) -> Variable {
    guard points > 0 else { return field }
    return (2..<field.shape.count).reduce(field) { $0.repeatingEnds(axis: $1, points: points) }
  }

  /// The reverse of ``extended(_:)``.
  func cropped(_ field: Variable) -> Variable {
    guard points > 0 else { return field }
    return (2..<field.shape.count).reduce(field) { field, axis in
      field.sliced(axis: axis, points..<(field.shape[axis] - points))
    }
  }

  /// The distances |x − middle| of the points of the continued grid along each axis, `[axes, x + 2·points…]`; beyond the
  /// ends they go on.
  func distances(of grid: Tensor) -> Tensor {
    let shape = Array(grid.shape[1...])
    let larger = shape.map { $0 + 2 * points }
    var result = Tensor(uninitialized: [grid.shape[0]] + larger)
    let target = result.mutableStorage().base
    grid.withUnsafeElements { values in
      let count = shape.reduce(1, *)
      for axis in shape.indices {
        let inner = shape[(axis + 1)...].reduce(1, *)
        let (first, last) = (values[axis * count], values[axis * count + (shape[axis] - 1) * inner])
        let (middle, spacing) = ((first + last) / 2, (last - first) / Float(max(shape[axis] - 1, 1)))
        fillField(target + axis * larger.reduce(1, *), shape: larger, along: axis) { index in
          abs(first + Float(index - points) * spacing - middle)
        }
      }
    }
    return result
  }
}

extension Variable {
  /// This field with each end value along an axis repeated beyond the end; the gradient of an end is the sum over its copies.
  ///
  /// - Parameters:
  ///   - axis: The axis.
  ///   - points: How often.
  /// - Returns: A variable with `2·points` more entries along the axis.
  fileprivate func repeatingEnds(axis: Int, points: Int) -> Variable {
    let (shape, length) = (shape, shape[axis])
    let (outer, inner) = (shape[..<axis].reduce(1, *), shape[(axis + 1)...].reduce(1, *))
    let longer = length + 2 * points
    var newShape = shape
    newShape[axis] = longer
    var result = Tensor(uninitialized: newShape)
    let (x, y) = (value.storage, result.mutableStorage())
    parallelForRows(outer, length: longer * inner) { rows in
      for row in rows {
        let (source, target) = (x.base + row * length * inner, y.base + row * longer * inner)
        for entry in 0..<longer {
          let place = min(max(entry - points, 0), length - 1)
          (target + entry * inner).update(from: source + place * inner, count: inner)
        }
      }
    }
    return .primitive(result, inputs: [self]) { gradient in
      var sum = Tensor(uninitialized: shape)
      let (g, dx) = (gradient.storage, sum.mutableStorage())
      parallelForRows(outer, length: longer * inner) { rows in
        for row in rows {
          let (source, target) = (g.base + row * longer * inner, dx.base + row * length * inner)
          target.update(from: source + points * inner, count: length * inner)
          for offset in 0..<inner {
            var (low, high) = (source[offset], source[(points + length) * inner + offset])
            for copy in 1..<points {
              low += source[copy * inner + offset]
              high += source[(points + length + copy) * inner + offset]
            }
            target[(length - 1) * inner + offset] += high
            target[offset] += low
          }
        }
      }
      return [sum]
    }
  }
}
