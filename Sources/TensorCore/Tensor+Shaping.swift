extension Tensor {
  /// Tensors joined along an axis.
  ///
  /// - Precondition: There is at least one, and all extents but that axis's agree.
  public static func concatenated(_ parts: [Tensor], axis: Int) -> Tensor {
    guard let first = parts.first else { preconditionFailure("there is nothing to concatenate") }
    for part in parts {
      var expected = first.shape
      expected[axis] = part.shape[axis]
      precondition(part.shape == expected, "cannot join shapes \(parts.map(\.shape)) along axis \(axis)")
    }
    var shape = first.shape
    shape[axis] = parts.reduce(0) { $0 + $1.shape[axis] }
    var result = Tensor(uninitialized: shape)
    let outer = shape[..<axis].reduce(1, *)
    let inner = shape[(axis + 1)...].reduce(1, *)
    let row = shape[axis] * inner
    result.withUnsafeMutableElements { target in
      var start = 0
      for part in parts {
        let length = part.shape[axis] * inner
        part.withUnsafeElements { source in
          for index in 0..<outer {
            let from = UnsafeBufferPointer(rebasing: source[(index * length)..<((index + 1) * length)])
            _ = target[(index * row + start)..<(index * row + start + length)].update(fromContentsOf: from)
          }
        }
        start += length
      }
    }
    return result
  }

  /// The given range of an axis.
  ///
  /// - Precondition: The range lies within the axis.
  public func sliced(axis: Int, _ range: Range<Int>) -> Tensor {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= shape[axis],
      "axis \(axis) of shape \(shape) has no range \(range)")
    return copied(axis: axis, extent: range.count, from: range.lowerBound, to: 0, count: range.count)
  }

  /// The tensor with zeros added at the ends of an axis.
  public func padded(axis: Int, before: Int = 0, after: Int = 0) -> Tensor {
    copied(axis: axis, extent: before + shape[axis] + after, from: 0, to: before, count: shape[axis])
  }

  /// A tensor with another extent along an axis; `count` entries of this one stand in it from `to` on, the rest is zero.
  private func copied(axis: Int, extent: Int, from: Int, to: Int, count: Int) -> Tensor {
    var newShape = shape
    newShape[axis] = extent
    var result = count == extent ? Tensor(uninitialized: newShape) : .zeros(newShape)
    let outer = shape[..<axis].reduce(1, *)
    let inner = shape[(axis + 1)...].reduce(1, *)
    let oldRow = shape[axis] * inner
    let newRow = extent * inner
    result.withUnsafeMutableElements { target in
      withUnsafeElements { source in
        for index in 0..<outer {
          let start = index * oldRow + from * inner
          let piece = UnsafeBufferPointer(rebasing: source[start..<(start + count * inner)])
          let place = index * newRow + to * inner
          _ = target[place..<(place + count * inner)].update(fromContentsOf: piece)
        }
      }
    }
    return result
  }
}
