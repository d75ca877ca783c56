/// Where the cells of a grid lie in memory: row-major, with ghost cells around them.
///
/// A *row* is a run of cells along the last axis, which is contiguous. A *line* along an axis is a set of rows (along
/// the last axis: of single cells) that are the axis's stride apart.
struct PaddedGrid {
  /// Reconstruction at a face reaches two cells to either side.
  static let ghosts = 2

  let resolution: [Int]
  /// The distance between neighbors along each axis.
  let strides: [Int]
  /// The number of cells, ghosts included.
  let count: Int
  /// The first cell of every row.
  let rows: [Int]
  /// For each axis, the first cell of every line along it.
  let lines: [[Int]]
  /// The same, with the lines through the nearest ghost cells of the axes before it: filled one axis after the other,
  /// these reach the corners between two axes.
  let linesWithCorners: [[Int]]

  init(resolution: [Int]) {
    let padded = resolution.map { $0 + 2 * Self.ghosts }
    var strides = [Int](repeating: 1, count: resolution.count)
    for axis in resolution.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * padded[axis + 1]
    }
    self.resolution = resolution
    self.strides = strides
    count = padded.reduce(1, *)

    let origin = strides.reduce(0, +) * Self.ghosts
    let last = resolution.count - 1
    func firstCells(outside excluded: Set<Int>, ghostsBefore end: Int = 0) -> [Int] {
      resolution.indices.reduce([origin]) { starts, axis in
        let cells = axis < end ? -1..<resolution[axis] + 1 : 0..<resolution[axis]
        return excluded.contains(axis)
          ? starts : starts.flatMap { start in cells.map { start + $0 * strides[axis] } }
      }
    }
    rows = firstCells(outside: [last])
    lines = resolution.indices.map { firstCells(outside: [$0, last]) }
    linesWithCorners = resolution.indices.map { firstCells(outside: [$0, last], ghostsBefore: $0) }
  }

  /// A run of ghost cells, and the cells that it takes its values from.
  struct GhostRun {
    let ghosts: Int
    let source: Int
  }

  /// The ghost cells at both ends of an axis on some lines along it, in runs of ``lineWidth(_:)`` cells.
  func ghostRuns(_ axis: Int, _ lines: [[Int]], isPeriodic: Bool) -> [GhostRun] {
    let (extent, stride) = (resolution[axis], strides[axis])
    return lines[axis].flatMap { first in
      (1...Self.ghosts).flatMap { ghost in
        let (lower, upper) = isPeriodic ? (extent - ghost, ghost - 1) : (ghost - 1, extent - ghost)
        return [
          GhostRun(ghosts: first - ghost * stride, source: first + lower * stride),
          GhostRun(ghosts: first + (extent - 1 + ghost) * stride, source: first + upper * stride),
        ]
      }
    }
  }

  /// The number of cells in a row.
  var rowLength: Int { resolution[resolution.count - 1] }

  /// The number of contiguous cells that stand side by side in a line along an axis.
  func lineWidth(_ axis: Int) -> Int { axis == resolution.count - 1 ? 1 : rowLength }
}
