/// Sums over the points of one predicted field that many metrics need.
public struct ErrorMoments: Sendable {
  /// The number of points N.
  public let points: Int
  /// Σ d² of the differences d = prediction − target.
  public private(set) var squares = 0.0
  /// Σ target².
  public private(set) var targetSquares = 0.0
  /// Σ d.
  public private(set) var total = 0.0
  /// The largest |d|; NaN if one is.
  public private(set) var maximum = 0.0

  /// √(Σ d² / N).
  public var rootMeanSquare: Double { (squares / Double(points)).squareRoot() }

  /// Takes the sums of a field and leaves its differences in `difference`.
  init(
    prediction: UnsafeBufferPointer<Float>, target: UnsafeBufferPointer<Float>,
    difference: UnsafeMutableBufferPointer<Float>
  ) {
    points = target.count
    var (squares, targetSquares, total, maximum) = (0.0, 0.0, 0.0, 0.0)
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
    self.squares = squares
    self.targetSquares = targetSquares
    self.total = total
    self.maximum = maximum
  }
}
