import CVectorMath
package import TensorCore

extension WinogradConvolution {
  /// Partial sums over blocks of tiles, where the weights are small enough for a thread to hold them all.
  private static let partialSums = 8

  package func weightGradient(of gradient: Tensor, input x: Tensor, shape: [Int]) -> Tensor {
    let tiles = tilesOfOutput
    let fields = WinogradFields(x.storage.base, channels: inputs, tiles.source)
    let slopes = WinogradFields(gradient.storage.base, channels: outputs, tiles.target)
    var result = Tensor(uninitialized: shape)
    let target = result.mutableStorage().base
    let blocks = tiles.blocks(of: blockSize)
    if blocks.count >= Self.fewestBlocks && planes * inputs * outputs <= 1 << 18 {
      sumOverBlocks(blocks, fields, slopes, into: target)
    } else {
      sumByChannels(tiles.blocks(of: max(blockSize, 512)), fields, slopes, into: target)
    }
    return result
  }

  /// Many tiles and few weights: each of a fixed number of sums takes its blocks of tiles.
  private func sumOverBlocks(
    _ blocks: [WinogradTiling.Block], _ fields: WinogradFields, _ slopes: WinogradFields,
    into target: UnsafeMutablePointer<Float>
  ) {
    let (planes, sums, plane) = (planes, min(Self.partialSums, blocks.count), inputs * outputs + Self.gap)
    let partials = TensorStorage(scratch: sums * planes * plane)
    let row = blocks.map(\.row).max() ?? 0
    let valueCount = planes * (inputs * row + Self.gap)
    parallelFor(sums, scratch: valueCount + planes * (outputs * row + Self.gap)) { sum, scratch in
      let own = (sum * blocks.count / sums)..<((sum + 1) * blocks.count / sums)
      for index in own {
        let block = blocks[index]
        let (valuePlane, slopePlane) = (inputs * block.row + Self.gap, outputs * block.row + Self.gap)
        fields.read(block, 0..<inputs, into: scratch, plane: valuePlane)
        slopes.readAdjoint(block, 0..<outputs, into: scratch + valueCount, plane: slopePlane)
        for number in 0..<planes {
          BLAS.multiply(
            rows: outputs, columns: inputs, inner: block.tiles.count,
            scratch + valueCount + number * slopePlane,
            stride: block.row, scratch + number * valuePlane, .transposed, stride: block.row,
            into: partials.base + (sum * planes + number) * plane, stride: inputs,
            beta: index == own.lowerBound ? 0 : 1)
        }
      }
    }
    // Added from the first to the last.
    parallelFor(outputs) { output in
      for sum in 1..<max(sums, 1) {
        for number in 0..<planes {
          let place = partials.base + number * plane + output * inputs
          vm_add_scaled(place, place + sum * planes * plane, 1, inputs)
        }
      }
      transformBack(
        partials.base + output * inputs, plane: plane, row: inputs, outputs: output..<(output + 1),
        inputs: 0..<inputs, into: target)
    }
  }

  /// Few tiles or many weights: the threads share the outputs, and a sum is transformed back where it was added up.
  private func sumByChannels(
    _ blocks: [WinogradTiling.Block], _ fields: WinogradFields, _ slopes: WinogradFields,
    into target: UnsafeMutablePointer<Float>
  ) {
    let planes = planes
    let (columns, outputPieces) = (channelsInCache, pieces(outputs))
    let sumCount = planes * (Self.channelsPerTask * columns + Self.gap)
    let perPiece = (inputs + columns - 1) / columns
    // Sums over one block need no place of their own.
    let kept = blocks.count > 1 ? TensorStorage(scratch: outputPieces * perPiece * sumCount) : nil
    // Rows of whole vectors, see vm_turn, and some more so that they do not fall on the same lines of the cache.
    let width = (inputs + 15) / 16 * 16 + 16
    for (number, block) in blocks.enumerated() {
      let (valuePlane, slopePlane) = (
        block.tiles.count * width + Self.gap, Self.channelsPerTask * block.row + Self.gap
      )
      let values = TensorStorage(scratch: planes * valuePlane)
      parallelFor(pieces(inputs), scratch: planes * slopePlane) { index, scratch in
        let range = piece(index, of: inputs)
        fields.read(block, range, into: scratch, plane: slopePlane)
        for plane in 0..<planes {
          vm_turn(
            values.base + plane * valuePlane + range.lowerBound, width, scratch + plane * slopePlane,
            block.row,
            range.count, block.tiles.count)
        }
      }
      parallelFor(outputPieces, scratch: planes * slopePlane + sumCount) { index, scratch in
        let rows = piece(index, of: outputs)
        slopes.readAdjoint(block, rows, into: scratch, plane: slopePlane)
        for part in 0..<perPiece {
          let range = (part * columns)..<min((part + 1) * columns, inputs)
          let sums =
            kept.map { $0.base + (index * perPiece + part) * sumCount } ?? scratch + planes * slopePlane
          let sumPlane = rows.count * range.count + Self.gap
          for plane in 0..<planes {
            BLAS.multiply(
              rows: rows.count, columns: range.count, inner: block.tiles.count, scratch + plane * slopePlane,
              stride: block.row, values.base + plane * valuePlane + range.lowerBound, stride: width,
              into: sums + plane * sumPlane, stride: range.count, beta: number == 0 ? 0 : 1)
          }
          if number == blocks.count - 1 {
            transformBack(
              sums, plane: sumPlane, row: range.count, outputs: rows, inputs: range, into: target)
          }
        }
      }
    }
  }

  /// Gᵀ of planes of sums for some channels, which stand in rows of `row` floats.
  private func transformBack(
    _ sums: UnsafePointer<Float>, plane: Int, row: Int, outputs: Range<Int>, inputs range: Range<Int>,
    into target: UnsafeMutablePointer<Float>
  ) {
    let wide = isWide.map { Int32($0 ? 1 : 0) }
    for (index, output) in outputs.enumerated() {
      vm_winograd_weight_adjoint(
        wide, target + (output * inputs + range.lowerBound) * geometry.kernelPoints, range.count,
        sums + index * row, plane)
    }
  }
}
