/// Where the values at the points of a grid come from, after its axes were reflected, exchanged and moved.
struct PointMap: Sendable {
  /// For each new axis, what its points add to the offset of an old value.
  private var offsets: [[Int]]
  /// Whether the last axis keeps the order of its points.
  private var isInOrder: Bool

  /// The points of a grid under a map of its axes.
  ///
  /// - Precondition: The map takes the grid to itself.
  init(_ map: AxisMap, on axes: [FieldSystem.Axis]) {
    let shape = axes.map(\.points)
    precondition(
      map.sources.map { shape[$0] } == shape, "a grid of \(shape) points is not taken to itself by \(map)")
    var strides = shape.map { _ in 1 }
    for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    offsets = shape.indices.map { axis in
      let (source, count) = (map.sources[axis], shape[axis])
      let startsAtEnd = axes[source].startsAtEnd && axes[source].isPeriodic == true
      return (0..<count).map { point in
        let mirrored = startsAtEnd ? (count - point) % count : count - 1 - point
        return strides[source] * (map.isReflected[axis] ? mirrored : point)
      }
    }
    isInOrder = map.sources.last == axes.count - 1 && map.isReflected.last == false
  }

  /// The same, and then everything moved by whole cells along periodic axes.
  func moved(by cells: [Int]) -> PointMap {
    guard cells.contains(where: { $0 != 0 }) else { return self }
    var result = self
    for (axis, distance) in cells.enumerated() {
      let old = offsets[axis]
      result.offsets[axis] = old.indices.map { old[(($0 - distance) % old.count + old.count) % old.count] }
    }
    result.isInOrder = isInOrder && cells.last == 0
    return result
  }

  /// The number of points.
  var points: Int { offsets.reduce(1) { $0 * $1.count } }

  /// Writes one field as it becomes, times a sign.
  func copy(_ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, sign: Float) {
    guard let last = offsets.last, !last.isEmpty else { return }
    let length = last.count
    for line in 0..<(points / length) {
      let (old, new) = (source + offset(ofLine: line), target + line * length)
      if isInOrder {
        for point in 0..<length { new[point] = sign * old[point] }
      } else {
        last.withUnsafeBufferPointer { last in
          for point in 0..<length { new[point] = sign * old[last[point]] }
        }
      }
    }
  }

  /// What the axes before the last add to the offset of an old value.
  private func offset(ofLine line: Int) -> Int {
    var (rest, sum) = (line, 0)
    for offsets in offsets.dropLast().reversed() {
      sum += offsets[rest % offsets.count]
      rest /= offsets.count
    }
    return sum
  }
}
