import CVectorMath

/// Some lines of windows of some samples: the columns of one matrix product.
struct ColumnTile {
  let samples: Range<Int>
  let lines: Range<Int>
}

/// Fields as matrices with a column for each window and a row for each point of the window in each channel
/// ("im2col"), tile by tile, and back.
struct ColumnTiles {
  let geometry: WindowGeometry
  let samples: Int
  /// Channels of the field that the windows lie on.
  let channels: Int

  /// Columns of a tile, if the field has as many: enough for the matrix product to be fast.
  private static let tileColumns = 256

  /// Samples whose tiles are walked one after the other: one, or more where a field is smaller than a tile.
  var groups: [Range<Int>] {
    let perGroup = max(Self.tileColumns / 2 / geometry.outputPoints, 1)
    return stride(from: 0, to: samples, by: perGroup).map { $0..<min($0 + perGroup, samples) }
  }

  /// The tiles of a group of samples.
  func tiles(of group: Range<Int>) -> [ColumnTile] {
    let perTile = max(Self.tileColumns / geometry.output[2], 1)
    return stride(from: 0, to: geometry.outputLines, by: perTile).map {
      ColumnTile(samples: group, lines: $0..<min($0 + perTile, geometry.outputLines))
    }
  }

  /// The columns of a tile.
  func columns(of tile: ColumnTile) -> Int { tile.samples.count * tile.lines.count * geometry.output[2] }

  /// The columns of the largest tile.
  var mostColumns: Int {
    let perTile = min(max(Self.tileColumns / geometry.output[2], 1), geometry.outputLines)
    return (groups.first?.count ?? 0) * perTile * geometry.output[2]
  }

  /// How a tile's windows lie in memory.
  private func layout(_ tile: ColumnTile) -> vm_column_tile {
    vm_column_tile(
      samples: tile.samples.count, first_line: tile.lines.lowerBound, lines: tile.lines.count,
      sample: channels * geometry.inputPoints)
  }

  /// Where the first of some channels begins in the first sample of a tile.
  private func start(_ tile: ColumnTile, _ range: Range<Int>) -> Int {
    (tile.samples.lowerBound * channels + range.lowerBound) * geometry.inputPoints
  }

  /// Writes the matrix of a tile: `[channels of the range, points of a window]` rows of the tile's columns.
  func gather(
    _ tile: ColumnTile, channels range: Range<Int>, from field: UnsafePointer<Float>,
    into matrix: UnsafeMutablePointer<Float>
  ) {
    var (windows, layout) = (geometry.windows, layout(tile))
    vm_gather_columns(&windows, &layout, range.count, field + start(tile, range), matrix)
  }

  /// Adds the matrix of a tile to the field that it would be gathered from: the adjoint of ``gather(_:channels:from:into:)``.
  func scatter(
    _ tile: ColumnTile, channels range: Range<Int>, from matrix: UnsafePointer<Float>,
    addingTo field: UnsafeMutablePointer<Float>
  ) {
    var (windows, layout) = (geometry.windows, layout(tile))
    vm_scatter_columns(&windows, &layout, range.count, matrix, field + start(tile, range))
  }

  /// The rows of a tile in a tensor `[samples, channels, windows…]`, as a matrix with a row for each channel.
  ///
  /// Where the tile has one sample these are rows of the tensor itself; else they are copied to `scratch`.
  func rows(
    _ tile: ColumnTile, channels: Int, of field: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) -> (rows: UnsafePointer<Float>, stride: Int) {
    let points = geometry.outputPoints
    let start = tile.lines.lowerBound * geometry.output[2]
    guard tile.samples.count > 1 else {
      return (field + tile.samples.lowerBound * channels * points + start, points)
    }
    let (line, columns) = (tile.lines.count * geometry.output[2], columns(of: tile))
    for (place, sample) in tile.samples.enumerated() {
      for channel in 0..<channels {
        (scratch + channel * columns + place * line)
          .update(from: field + (sample * channels + channel) * points + start, count: line)
      }
    }
    return (UnsafePointer(scratch), columns)
  }

  /// Writes a matrix with a row for each channel of a range to a tensor `[samples, channels, windows…]`, the channel's
  /// bias added.
  func store(
    _ tile: ColumnTile, channels: Int, range: Range<Int>, rows: UnsafePointer<Float>,
    adding bias: UnsafePointer<Float>?, into field: UnsafeMutablePointer<Float>
  ) {
    let points = geometry.outputPoints
    let start = tile.lines.lowerBound * geometry.output[2]
    let (line, columns) = (tile.lines.count * geometry.output[2], columns(of: tile))
    for (place, sample) in tile.samples.enumerated() {
      for channel in range {
        let source = rows + (channel - range.lowerBound) * columns + place * line
        let target = field + (sample * channels + channel) * points + start
        let constant = bias?[channel] ?? 0
        for index in 0..<line { target[index] = source[index] + constant }
      }
    }
  }
}
