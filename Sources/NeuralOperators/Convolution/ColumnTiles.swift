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

  /// Calls `body` with each row of a tile's matrix and, in it, each line of windows: the line's place in the row, the
  /// line of the field that it reads (nil if that is beyond the ends), and the offset along the line.
  private func forEachLine(
    of tile: ColumnTile, channels range: Range<Int>,
    _ body: (_ place: Int, _ source: Int?, _ offset: Int) -> Void
  ) {
    let (kernel, output, input) = (geometry.kernel, geometry.output, geometry.input)
    var place = 0
    for channel in range {
      for (z, y) in product(kernel[0], kernel[1]) {
        for x in 0..<kernel[2] {
          for sample in tile.samples {
            let field = (sample * channels + channel) * geometry.inputPoints
            for line in tile.lines {
              let (plane, row) = line.quotientAndRemainder(dividingBy: output[1])
              var source: Int?
              if let z = geometry.position(axis: 0, window: plane, offset: z),
                let y = geometry.position(axis: 1, window: row, offset: y)
              {
                source = field + (z * input[1] + y) * input[2]
              }
              body(place, source, x)
              place += output[2]
            }
          }
        }
      }
    }
  }

  private func product(_ first: Int, _ second: Int) -> some Sequence<(Int, Int)> {
    (0..<(first * second)).lazy.map { $0.quotientAndRemainder(dividingBy: second) }
  }

  /// Writes the matrix of a tile: `[channels of the range, points of a window]` rows of the tile's columns.
  func gather(
    _ tile: ColumnTile, channels range: Range<Int>, from field: UnsafePointer<Float>,
    into matrix: UnsafeMutablePointer<Float>
  ) {
    let (count, step) = (geometry.output[2], geometry.stride[2])
    forEachLine(of: tile, channels: range) { place, source, offset in
      let target = matrix + place
      guard let source else { return target.update(repeating: 0, count: count) }
      let inside = geometry.windowsInside(offset: offset)
      let shift = source + offset - geometry.padding[2]
      if step == 1 {
        (target + inside.lowerBound).update(from: field + shift + inside.lowerBound, count: inside.count)
      } else {
        for window in inside { target[window] = field[shift + window * step] }
      }
      for window in outside(inside) {
        let position = geometry.position(axis: 2, window: window, offset: offset)
        target[window] = position.map { field[source + $0] } ?? 0
      }
    }
  }

  /// Adds the matrix of a tile to the field that it would be gathered from: the adjoint of ``gather(_:channels:from:into:)``.
  func scatter(
    _ tile: ColumnTile, channels range: Range<Int>, from matrix: UnsafePointer<Float>,
    addingTo field: UnsafeMutablePointer<Float>
  ) {
    let step = geometry.stride[2]
    forEachLine(of: tile, channels: range) { place, source, offset in
      guard let source else { return }
      let inside = geometry.windowsInside(offset: offset)
      let shift = source + offset - geometry.padding[2]
      let row = matrix + place
      if step == 1 {
        let target = field + shift
        for window in inside { target[window] += row[window] }
      } else {
        for window in inside { field[shift + window * step] += row[window] }
      }
      for window in outside(inside) {
        guard let position = geometry.position(axis: 2, window: window, offset: offset) else { continue }
        field[source + position] += row[window]
      }
    }
  }

  private func outside(_ inside: Range<Int>) -> some Sequence<Int> {
    [0..<inside.lowerBound, inside.upperBound..<geometry.output[2]].joined()
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
