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
    let target = result.mutableStorage()
    let sources = parts.map { (storage: $0.storage, length: $0.shape[axis] * inner) }
    copyInParallel(outer, each: row) { index in
      var place = target.base + index * row
      for (storage, length) in sources {
        place.update(from: storage.base + index * length, count: length)
        place += length
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

  /// A tensor with another extent along an axis: `count` entries of this one from `to` on, and zeros elsewhere.
  private func copied(axis: Int, extent: Int, from: Int, to: Int, count: Int) -> Tensor {
    var newShape = shape
    newShape[axis] = extent
    var result = count == extent ? Tensor(uninitialized: newShape) : .zeros(newShape)
    let outer = shape[..<axis].reduce(1, *)
    let inner = shape[(axis + 1)...].reduce(1, *)
    let oldRow = shape[axis] * inner
    let newRow = extent * inner
    let (source, target) = (storage, result.mutableStorage())
    copyInParallel(outer, each: count * inner) { index in
      (target.base + index * newRow + to * inner)
        .update(from: source.base + index * oldRow + from * inner, count: count * inner)
    }
    return result
  }
}

/// Calls `body` for every index below `count`, each of which copies `length` elements: on all cores where there is enough
/// to copy.
private func copyInParallel(_ count: Int, each length: Int, _ body: (_ index: Int) -> Void) {
  if count * length < 1 << 16 {
    for index in 0..<count { body(index) }
  } else {
    parallelFor(count, body)
  }
}
