import TensorCore

extension Variable {
  /// The same elements in the same order, under another shape.
  public func reshaped(_ newShape: [Int]) -> Variable {
    let shape = shape
    return .primitive(value.reshaped(newShape), inputs: [self]) { [$0.reshaped(shape)] }
  }

  /// Variables joined along an axis; all other extents agree.
  public static func concatenated(_ parts: [Variable], axis: Int) -> Variable {
    let value = Tensor.concatenated(parts.map(\.value), axis: axis)
    let extents = parts.map { $0.shape[axis] }
    let needed = parts.map(\.needsGradient)
    return primitive(value, inputs: parts) { gradient in
      var start = 0
      return zip(extents, needed).map { extent, needed in
        defer { start += extent }
        return needed ? gradient.sliced(axis: axis, start..<(start + extent)) : nil
      }
    }
  }

  /// The given range of an axis.
  public func sliced(axis: Int, _ range: Range<Int>) -> Variable {
    let extent = shape[axis]
    return .primitive(value.sliced(axis: axis, range), inputs: [self]) { gradient in
      [gradient.padded(axis: axis, before: range.lowerBound, after: extent - range.upperBound)]
    }
  }

  /// The variable with zeros added at the ends of an axis.
  public func padded(axis: Int, before: Int = 0, after: Int = 0) -> Variable {
    let extent = shape[axis]
    return .primitive(value.padded(axis: axis, before: before, after: after), inputs: [self]) { gradient in
      [gradient.sliced(axis: axis, before..<(before + extent))]
    }
  }
}
