/// The layout of the rows of a field in a larger one with zeros at the high end of some axes.
struct PaddedDomain: Sendable {
  /// The extents of the field.
  let shape: [Int]
  /// The extents with padding.
  let paddedShape: [Int]
  /// Points of the field.
  let points: Int
  /// Points with padding.
  let paddedPoints: Int
  /// The length of a row: the last extent.
  let rowLength: Int
  /// Where each row of the field starts in the padded field.
  let rowOffsets: [Int]
  /// How many rows a tile takes: about 256 points, which keeps a tile's 128 channels in a core's own cache.
  let rowsPerTile: Int

  init(shape: [Int], padding: [Int]) {
    self.shape = shape
    paddedShape = zip(shape, padding).map(+)
    points = shape.reduce(1, *)
    paddedPoints = paddedShape.reduce(1, *)
    rowLength = shape[shape.count - 1]
    let paddedShape = paddedShape
    rowOffsets = shape.dropLast().enumerated().reduce([0]) { rows, axis in
      rows.flatMap { row in (0..<axis.element).map { row * paddedShape[axis.offset] + $0 } }
    }.map { $0 * paddedShape[shape.count - 1] }
    rowsPerTile = max(1, 256 / rowLength)
  }

  /// The tiles of the field, as ranges of rows.
  var tiles: [Range<Int>] {
    stride(from: 0, to: rowOffsets.count, by: rowsPerTile).map {
      $0..<min($0 + rowsPerTile, rowOffsets.count)
    }
  }

  /// The largest number of points in a tile.
  var tilePoints: Int { rowsPerTile * rowLength }

  /// Copies rows of `channels` padded fields into compact rows, one line of the tile's points a channel.
  func gather(
    _ padded: UnsafePointer<Float>, channels: Int, rows: Range<Int>, into tile: UnsafeMutablePointer<Float>
  ) {
    for channel in 0..<channels {
      for (index, row) in rows.enumerated() {
        (tile + (channel * rows.count + index) * rowLength)
          .update(from: padded + channel * paddedPoints + rowOffsets[row], count: rowLength)
      }
    }
  }

  /// Sets the padding of `channels` padded fields to 0.
  func clearPadding(of padded: UnsafeMutablePointer<Float>, channels: Int) {
    guard points != paddedPoints else { return }
    for channel in 0..<channels {
      let field = padded + channel * paddedPoints
      var start = 0
      for offset in rowOffsets {
        (field + start).update(repeating: 0, count: offset - start)
        start = offset + rowLength
      }
      (field + start).update(repeating: 0, count: paddedPoints - start)
    }
  }
}
