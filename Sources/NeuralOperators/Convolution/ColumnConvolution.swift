package import TensorCore

/// Convolution by matrix products with the columns of windows, for any kernel, stride and padding.
///
/// ```
/// y[b, o, p]  = Σᵢₖ w[o, i, k] · x[b, i, p·stride − padding + k]
/// ```
/// Columns are made tile by tile and for some channels at a time, so that they stay in the core's cache. On the way back
/// to x every window's products are added to the points that it lies on.
package struct ColumnConvolution: ConvolutionMethod {
  let tiles: ColumnTiles
  let inputs: Int
  let outputs: Int

  /// Channels of the input whose columns are made at a time.
  private static let channelsPerBlock = 32

  /// Fewer tiles than this are too few to share out among threads.
  private static let fewestTiles = 4

  package init(geometry: WindowGeometry, samples: Int, inputs: Int, outputs: Int) {
    tiles = ColumnTiles(geometry: geometry, samples: samples, channels: inputs)
    self.inputs = inputs
    self.outputs = outputs
  }

  private var geometry: WindowGeometry { tiles.geometry }

  /// What the method is called.
  package let name = "columns"

  /// What making one element of the columns costs, in multiplications: from `ConvolutionBenchmark`.
  private static let columnCost = 24

  /// Multiplications, and what making the columns costs in their place.
  var cost: Int {
    let windows = tiles.samples * geometry.outputPoints
    return windows * geometry.kernelPoints * inputs * (outputs + Self.columnCost)
  }

  private var channelBlocks: [Range<Int>] {
    stride(from: 0, to: inputs, by: Self.channelsPerBlock).map {
      $0..<min($0 + Self.channelsPerBlock, inputs)
    }
  }

  /// Floats for the columns of a block of channels and for the rows of the outputs.
  private var scratch: (columns: Int, rows: Int) {
    let columns = tiles.mostColumns
    return (min(inputs, Self.channelsPerBlock) * geometry.kernelPoints * columns, outputs * columns)
  }

  /// The columns of a tile for a block of channels: in the field itself if a window is a point, else in `scratch`.
  private func columns(
    _ tile: ColumnTile, _ block: Range<Int>, of field: UnsafePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) -> (rows: UnsafePointer<Float>, stride: Int) {
    if geometry.isIdentity && tile.samples.count == 1 {
      let (rows, stride) = tiles.rows(tile, channels: inputs, of: field, scratch: scratch)
      return (rows + block.lowerBound * stride, stride)
    }
    tiles.gather(tile, channels: block, from: field, into: scratch)
    return (UnsafePointer(scratch), tiles.columns(of: tile))
  }

  package func output(of x: Tensor, weight: Tensor, bias: Tensor?, shape: [Int]) -> Tensor {
    var result = Tensor(uninitialized: shape)
    let (source, w, c, target) = (x.storage, weight.storage, bias?.storage, result.mutableStorage())
    let all = tiles.groups.flatMap(tiles.tiles)
    let (points, row) = (geometry.kernelPoints, inputs * geometry.kernelPoints)
    guard all.count < Self.fewestTiles else {
      let (offset, floats) = scratch
      parallelFor(all.count, scratch: offset + floats) { index, scratch in
        let tile = all[index]
        let (count, product) = (tiles.columns(of: tile), scratch + offset)
        for block in channelBlocks {
          let columns = columns(tile, block, of: source.base, scratch: scratch)
          BLAS.multiply(
            rows: outputs, columns: count, inner: block.count * points, w.base + block.lowerBound * points,
            stride: row, columns.rows, stride: columns.stride, into: product, stride: count,
            beta: block.lowerBound == 0 ? 0 : 1)
        }
        tiles.store(
          tile, channels: outputs, range: 0..<outputs, rows: product, adding: c?.base, into: target.base)
      }
      return result
    }
    // A few small fields: the threads share the channels and not the windows.
    let blocks = channelBlocks
    let perTask = 64
    for tile in all {
      let count = tiles.columns(of: tile)
      let columns = TensorStorage(scratch: row * count)
      parallelFor(blocks.count) { index in
        let block = blocks[index]
        tiles.gather(
          tile, channels: block, from: source.base, into: columns.base + block.lowerBound * points * count)
      }
      parallelFor((outputs + perTask - 1) / perTask, scratch: perTask * count) { index, scratch in
        let range = (index * perTask)..<min((index + 1) * perTask, outputs)
        BLAS.multiply(
          rows: range.count, columns: count, inner: row, w.base + range.lowerBound * row, stride: row,
          columns.base, stride: count, into: scratch, stride: count)
        tiles.store(
          tile, channels: outputs, range: range, rows: scratch, adding: c?.base, into: target.base)
      }
    }
    return result
  }

  package func inputGradient(of gradient: Tensor, weight: Tensor, bias: Tensor?, shape: [Int]) -> Tensor {
    var result = Tensor(uninitialized: shape)
    let (g, w, target) = (gradient.storage, weight.storage, result.mutableStorage())
    let (offset, floats) = scratch
    let (groups, blocks) = (tiles.groups, channelBlocks)
    let row = inputs * geometry.kernelPoints
    // A field of the result belongs to one task, which adds up its tiles in order.
    parallelFor(groups.count * blocks.count, scratch: offset + floats) { index, scratch in
      let (group, block) = (groups[index / blocks.count], blocks[index % blocks.count])
      for sample in group {
        for channel in block {
          (target.base + (sample * inputs + channel) * geometry.inputPoints)
            .update(repeating: bias?.storage.base[channel] ?? 0, count: geometry.inputPoints)
        }
      }
      for tile in tiles.tiles(of: group) {
        let count = tiles.columns(of: tile)
        let rows = tiles.rows(tile, channels: outputs, of: g.base, scratch: scratch + offset)
        BLAS.multiply(
          rows: block.count * geometry.kernelPoints, columns: count, inner: outputs,
          w.base + block.lowerBound * geometry.kernelPoints, .transposed, stride: row, rows.rows,
          stride: rows.stride, into: scratch, stride: count)
        tiles.scatter(tile, channels: block, from: scratch, addingTo: target.base)
      }
    }
    return result
  }

  package func weightGradient(of gradient: Tensor, input x: Tensor, shape: [Int]) -> Tensor {
    let (g, source) = (gradient.storage, x.storage)
    let (offset, floats) = scratch
    let (groups, blocks) = (tiles.groups, channelBlocks)
    let row = inputs * geometry.kernelPoints
    // Partial sums over samples only where there are too few blocks of channels to share out.
    let sums = max(min(8 / blocks.count, groups.count), 1)
    var partials = Tensor.zeros([sums, outputs, row])
    let target = partials.mutableStorage()
    parallelFor(sums * blocks.count, scratch: offset + floats) { index, scratch in
      let (sum, block) = (index / blocks.count, blocks[index % blocks.count])
      let place = target.base + sum * outputs * row + block.lowerBound * geometry.kernelPoints
      for group in groups[(sum * groups.count / sums)..<((sum + 1) * groups.count / sums)] {
        for tile in tiles.tiles(of: group) {
          let rows = tiles.rows(tile, channels: outputs, of: g.base, scratch: scratch + offset)
          let columns = columns(tile, block, of: source.base, scratch: scratch)
          BLAS.multiply(
            rows: outputs, columns: block.count * geometry.kernelPoints, inner: tiles.columns(of: tile),
            rows.rows, stride: rows.stride, columns.rows, .transposed, stride: columns.stride,
            into: place, stride: row, beta: 1)
        }
      }
    }
    return sums == 1 ? partials.reshaped(shape) : partials.summedOverFirstAxis(shape: shape)
  }
}
