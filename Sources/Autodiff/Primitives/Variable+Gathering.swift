import CVectorMath
import TensorCore

extension Variable {
  /// Entries of an axis picked by their numbers: y[…, j, …] = x[…, indices[j], …].
  ///
  /// A number may occur any number of times; its gradients are added in the order of the picks.
  ///
  /// - Parameters:
  ///   - axis: The axis; negative numbers count from the last, −1.
  ///   - indices: The numbers.
  /// - Returns: A variable with as many entries along the axis as there are numbers.
  /// - Precondition: There is such an axis, and it has entries of these numbers.
  public func selected(axis: Int, _ indices: [Int]) -> Variable {
    let place = PickedAxis(shape, axis: axis)
    place.check(indices)
    let (length, inner, count) = (place.length, place.inner, indices.count)
    var newShape = shape
    newShape[place.axis] = count
    var result = Tensor(uninitialized: newShape)
    let (x, y) = (value.storage, result.mutableStorage())
    parallelForRows(place.outer * count, length: inner) { rows in
      for row in rows {
        let source = row / count * length + indices[row % count]
        (y.base + row * inner).update(from: x.base + source * inner, count: inner)
      }
    }
    let oldShape = shape
    return .primitive(result, inputs: [self]) { gradient in
      // The picks of each entry, in their order: an entry's sum belongs to one thread.
      var picks = [[Int]](repeating: [], count: length)
      for (pick, index) in indices.enumerated() { picks[index].append(pick) }
      var sum = Tensor.zeros(oldShape)
      let (g, dx) = (gradient.storage, sum.mutableStorage())
      parallelForRows(place.outer * length, length: inner) { rows in
        for row in rows {
          let (outer, index) = row.quotientAndRemainder(dividingBy: length)
          for pick in picks[index] {
            vm_add_scaled(dx.base + row * inner, g.base + (outer * count + pick) * inner, 1, inner)
          }
        }
      }
      return [sum]
    }
  }

  /// Rows of a table picked by their numbers, as an embedding does: y[j…, ·] = x[indices[j…], ·].
  ///
  /// - Parameters:
  ///   - indices: The numbers, such as those of tokens, in row-major order.
  ///   - shape: The shape in which they stand.
  /// - Returns: `shape + [features…]` for a table `[rows, features…]`.
  /// - Precondition: There are as many numbers as the shape holds, and rows of these numbers.
  public func embeddings(of indices: [Int], shape: [Int]) -> Variable {
    selected(axis: 0, indices).reshaped(shape + self.shape.dropFirst())
  }

  /// One entry of an axis for each place, or several: y[o, j, i] = x[o, indices[o, j, i], i], where o and i stand for the
  /// axes before and after.
  ///
  /// With one entry a place this picks, for instance, the logarithm of each sample's probability of its own class.
  ///
  /// - Parameters:
  ///   - axis: The axis; negative numbers count from the last, −1.
  ///   - indices: The numbers, in row-major order; their shape is the variable's but along the axis.
  ///   - count: The number of entries for each place.
  /// - Returns: A variable of that shape.
  /// - Precondition: There is such an axis, it has entries of these numbers, and there are as many as the shape holds.
  public func gathered(axis: Int, _ indices: [Int], count: Int = 1) -> Variable {
    let place = PickedAxis(shape, axis: axis)
    place.check(indices)
    let (length, inner) = (place.length, place.inner)
    var newShape = shape
    newShape[place.axis] = count
    precondition(
      indices.count == place.outer * count * inner,
      "a gathered variable of shape \(newShape) takes \(place.outer * count * inner) indices, got \(indices.count)"
    )
    var result = Tensor(uninitialized: newShape)
    let (x, y) = (value.storage, result.mutableStorage())
    parallelForRows(place.outer, length: count * inner) { rows in
      for outer in rows {
        for offset in 0..<count * inner {
          let target = outer * count * inner + offset
          y.base[target] = x.base[(outer * length + indices[target]) * inner + offset % inner]
        }
      }
    }
    let oldShape = shape
    return .primitive(result, inputs: [self]) { gradient in
      var sum = Tensor.zeros(oldShape)
      let (g, dx) = (gradient.storage, sum.mutableStorage())
      parallelForRows(place.outer, length: max(count, length) * inner) { rows in
        for outer in rows {
          for offset in 0..<count * inner {
            let source = outer * count * inner + offset
            dx.base[(outer * length + indices[source]) * inner + offset % inner] += g.base[source]
          }
        }
      }
      return [sum]
    }
  }
}

/// An axis whose entries are picked.
private struct PickedAxis {
  let axis: Int
  let outer: Int
  let length: Int
  let inner: Int

  init(_ shape: [Int], axis: Int) {
    self.axis = axis < 0 ? axis + shape.count : axis
    precondition(shape.indices.contains(self.axis), "a variable of shape \(shape) has no axis \(axis)")
    outer = shape[..<self.axis].reduce(1, *)
    length = shape[self.axis]
    inner = shape[(self.axis + 1)...].reduce(1, *)
  }

  func check(_ indices: [Int]) {
    if let index = indices.first(where: { !(0..<length).contains($0) }) {
      preconditionFailure("axis \(axis) has \(length) entries, none of them number \(index)")
    }
  }
}
