import ArrayFiles
import TensorCore

/// Where a variable's values are: an array, what its axes are, and which entry of its axis of variables is meant.
///
/// An axis that the array does not have is one along which the variable does not change.
struct FieldSource: Sendable {
  /// The array.
  let array: StoredArray
  /// What each of its axes is.
  let axes: [ArrayAxis]
  /// The place along its axis of variables.
  var component = 0

  /// The extent of an axis; nil where the array has none.
  func extent(of axis: ArrayAxis) -> Int? { axes.firstIndex(of: axis).map { array.shape[$0] } }

  /// Whether its frames lie one after the other as they are wanted.
  var isOrdered: Bool {
    let inner = axes.filter { $0 != .sample }
    let wanted = [.time] + ArrayAxis.space.prefix(inner.filter { $0.spacePlace != nil }.count)
    return inner == wanted
  }

  /// The part of the array that holds some frames of one sample, all variables of it.
  func slab(sample: Int, firstFrame: Int, frameStride: Int, frames: Int) -> ArraySlab {
    var (start, count, stride) = (array.shape.map { _ in 0 }, array.shape, array.shape.map { _ in 1 })
    for (place, axis) in axes.enumerated() {
      switch axis {
      case .sample: (start[place], count[place]) = (sample, 1)
      case .time: (start[place], count[place], stride[place]) = (firstFrame, frames, frameStride)
      case .x, .y, .z, .variable: break
      }
    }
    return ArraySlab(start: start, count: count, stride: stride)
  }

  /// The distance of neighbors along an axis in a part that was read; 0 where the variable does not change.
  func stride(of axis: ArrayAxis, in slab: ArraySlab) -> Int {
    guard let place = axes.firstIndex(of: axis) else { return 0 }
    return slab.count[(place + 1)...].reduce(1, *)
  }
}

/// A variable and its sources: one for all frames, or, where the frames are different quantities, one for each.
struct StoredVariable: Sendable {
  /// The variable.
  let variable: FieldVariable
  /// Its sources.
  let sources: [FieldSource]

  /// The source of a frame.
  func source(ofFrame frame: Int) -> FieldSource { sources.count > 1 ? sources[frame] : sources[0] }
}

/// Copies every n-th point of a field out of a part of an array, in whatever order its axes are there.
///
/// - Parameters:
///   - source: The first point.
///   - strides: The distances of neighbors along x(, y(, z)).
///   - points: The number of points to copy along x(, y(, z)).
///   - step: n.
///   - target: Room for the points, in order.
func gather(
  _ source: UnsafePointer<Float>, strides: [Int], points: [Int], step: Int,
  into target: UnsafeMutablePointer<Float>
) {
  // A 1D or 2D field is a 3D one whose leading axes have one point.
  let leading = Array(repeating: 0, count: 3 - points.count)
  let (strides, points) = (leading + strides.map { $0 * step }, leading.map { _ in 1 } + points)
  var index = 0
  for plane in 0..<points[0] {
    for row in 0..<points[1] {
      let start = source + plane * strides[0] + row * strides[1]
      if strides[2] == 1 {
        (target + index).update(from: start, count: points[2])
      } else {
        for column in 0..<points[2] { target[index + column] = start[column * strides[2]] }
      }
      index += points[2]
    }
  }
}
