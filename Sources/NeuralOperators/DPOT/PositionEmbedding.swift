package import Autodiff
import TensorCore

extension Variable {
  /// This field on a grid with other numbers of points over the same extent, by linear interpolation along each axis.
  ///
  /// Point j of n′ lies at (j + ½)·n/n′ − ½ of the n old ones, and takes the nearest old point's value beyond the first and the last.
  ///
  /// - Parameter shape: The new numbers of points, one for each axis after the second.
  /// - Returns: `[samples, channels, points…]`; this variable itself where nothing changes.
  package func interpolated(to shape: [Int]) -> Variable {
    precondition(shape.count == self.shape.count - 2, "a field \(self.shape) has no points \(shape)")
    return shape.indices.reduce(self) { field, axis in
      field.shape[axis + 2] == shape[axis] ? field : field.interpolated(axis: axis + 2, to: shape[axis])
    }
  }

  private func interpolated(axis: Int, to count: Int) -> Variable {
    let line = LineInterpolation(from: shape[axis], to: count)
    let (outer, inner) = (shape[..<axis].reduce(1, *), shape[(axis + 1)...].reduce(1, *))
    let shape = shape
    var newShape = shape
    newShape[axis] = count
    let resultShape = newShape
    var result = Tensor.zeros(resultShape)
    let (x, y) = (value.storage, result.mutableStorage())
    line.forEach(outer: outer, inner: inner) { y.base[$1] += $2 * x.base[$0] }
    return .primitive(result, inputs: [self]) { gradient in
      var inputGradient = Tensor.zeros(shape)
      let (g, dx) = (gradient.storage, inputGradient.mutableStorage())
      line.forEach(outer: outer, inner: inner) { dx.base[$0] += $2 * g.base[$1] }
      return [inputGradient]
    }
  }
}

/// What each point of a line takes of the points of another.
private struct LineInterpolation: Sendable {
  private let from: Int
  private let to: Int
  /// Of each new point: an old point, the next one, and the share of the next one.
  private let places: [(low: Int, high: Int, share: Float)]

  init(from: Int, to: Int) {
    self.from = from
    self.to = to
    places = (0..<to).map { point in
      let place = max((Double(point) + 0.5) * Double(from) / Double(to) - 0.5, 0)
      let low = min(Int(place), from - 1)
      return (low, min(low + 1, from - 1), Float(place - Double(low)))
    }
  }

  /// Calls `body` with each pair of an old and a new place, and the share of the old value in the new one.
  func forEach(outer: Int, inner: Int, _ body: (_ old: Int, _ new: Int, _ share: Float) -> Void) {
    for row in 0..<outer {
      for (point, place) in places.enumerated() {
        for column in 0..<inner {
          let new = (row * to + point) * inner + column
          body((row * from + place.low) * inner + column, new, 1 - place.share)
          body((row * from + place.high) * inner + column, new, place.share)
        }
      }
    }
  }
}
