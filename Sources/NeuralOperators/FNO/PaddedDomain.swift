/// The layout of the rows of a field in a larger one with zeros at the high end of some axes. Long rows are taken as several, of
/// equal length.
struct PaddedDomain: Sendable {
  /// The extents of the field.
  let shape: [Int]
  /// The extents with padding.
  let paddedShape: [Int]
  /// Points of the field.
  let points: Int
  /// Points with padding.
  let paddedPoints: Int
  /// The length of a row: the last extent, or a part of it.
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
    let (extent, paddedShape) = (shape[shape.count - 1], paddedShape)
    let rowLength = Self.rowLength(ofExtent: extent)
    self.rowLength = rowLength
    let lines = shape.dropLast().enumerated().reduce([0]) { rows, axis in
      rows.flatMap { row in (0..<axis.element).map { row * paddedShape[axis.offset] + $0 } }
    }
    let starts = Array(stride(from: 0, to: extent, by: rowLength))
    rowOffsets = lines.flatMap { line in starts.map { line * paddedShape[paddedShape.count - 1] + $0 } }
    rowsPerTile = max(1, 256 / rowLength)
  }

  /// The extent, or of one that is too long for a tile the divisor that is nearest to 256 points: one that fills vectors, if
  /// there is any.
  private static func rowLength(ofExtent extent: Int) -> Int {
    guard extent > 320 else { return extent }
    let divisors = (128...320).filter { extent.isMultiple(of: $0) }
    let whole = divisors.filter { $0.isMultiple(of: 16) }
    return (whole.isEmpty ? divisors : whole).min { abs($0 - 256) < abs($1 - 256) } ?? extent
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
