/// What metrics sum over samples, for one variable and frame.
struct FieldSums: Sendable {
  /// Root mean square errors.
  private(set) var error = 0.0
  /// Root mean square errors over root mean square targets, where that is defined.
  private(set) var relativeError = 0.0
  /// The number of samples where it is, those of a zero target that was met exactly included.
  private(set) var relativeErrors = 0
  /// The number of samples whose target is not zero throughout.
  private(set) var nonzeroTargets = 0
  /// Squares of the error's total over all points.
  private(set) var squaredTotal = 0.0
  /// The largest absolute error.
  private(set) var maximum = 0.0
  /// Root mean square errors on the sides.
  private(set) var boundary = 0.0

  /// Takes one sample's field into account and leaves its error in `difference`.
  mutating func add(
    prediction: UnsafeBufferPointer<Float>, target: UnsafeBufferPointer<Float>, sides: Sides,
    difference: UnsafeMutableBufferPointer<Float>
  ) {
    var (squares, targetSquares, total) = (0.0, 0.0, 0.0)
    for index in target.indices {
      let wanted = Double(target[index])
      let error = Double(prediction[index]) - wanted
      difference[index] = Float(error)
      squares += error * error
      targetSquares += wanted * wanted
      total += error
      let size = abs(error)
      // A NaN is the largest error of all, and stays it.
      if size > maximum || size.isNaN { maximum = size }
    }
    let count = Double(target.count)
    self.error += (squares / count).squareRoot()
    squaredTotal += total * total
    if targetSquares != 0 || squares.isNaN {
      relativeError += (squares / targetSquares).squareRoot()
      relativeErrors += 1
      nonzeroTargets += 1
    } else if squares == 0 {
      relativeErrors += 1
    }
    boundary += sides.rootMeanSquare(UnsafeBufferPointer(difference))
  }
}

/// The first and last layer of points across each axis.
struct Sides: Sendable {
  private let shape: [Int]
  /// Points on all sides, those on edges counted for each side they are on.
  private let count: Int

  init(of shape: [Int]) {
    self.shape = shape
    count = shape.reduce(0) { $0 + 2 * shape.reduce(1, *) / $1 }
  }

  func rootMeanSquare(_ field: UnsafeBufferPointer<Float>) -> Double {
    var sum = 0.0
    for (axis, extent) in shape.enumerated() {
      let stride = shape[(axis + 1)...].reduce(1, *)
      for layer in Swift.stride(from: 0, to: field.count, by: extent * stride) {
        for place in layer..<(layer + stride) {
          let first = Double(field[place])
          let last = Double(field[place + (extent - 1) * stride])
          sum += first * first + last * last
        }
      }
    }
    return (sum / Double(count)).squareRoot()
  }
}
