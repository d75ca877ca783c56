extension Tensor {
  /// The same elements with the axes in another order: axis a of the result is axis `order[a]` of this tensor.
  ///
  /// - Parameter order: Every axis once.
  /// - Returns: The tensor with its elements moved; the same storage where none of them moves.
  /// - Precondition: `order` holds every axis once.
  public func permuted(_ order: [Int]) -> Tensor {
    precondition(
      order.sorted() == Array(shape.indices), "\(order) does not hold every axis of shape \(shape) once")
    let newShape = order.map { shape[$0] }
    // Axes of one entry may stand anywhere.
    let moving = order.filter { shape[$0] > 1 }
    guard let last = moving.last, moving != moving.sorted() else { return reshaped(newShape) }

    var strides = [Int](repeating: 1, count: rank)
    for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    let outer = moving.dropLast().map { (extent: shape[$0], stride: strides[$0]) }
    let (length, stride) = (shape[last], strides[last])
    var result = Tensor(uninitialized: newShape)
    let (source, target) = (storage, result.mutableStorage())
    parallelForRows(length > 0 ? count / length : 0, length: length) { rows in
      for row in rows {
        var (rest, start) = (row, 0)
        for axis in outer.reversed() {
          start += rest % axis.extent * axis.stride
          rest /= axis.extent
        }
        let (from, to) = (source.base + start, target.base + row * length)
        for index in 0..<length { to[index] = from[index * stride] }
      }
    }
    return result
  }
}
