import CVectorMath
package import TensorCore

extension WinogradConvolution {
  /// Partial sums over blocks of tiles, where the weights are small enough for a thread to hold them all.
  private static let partialSums = 8

  package func weightGradient(of gradient: Tensor, input x: Tensor, shape: [Int]) -> Tensor {
    let tiles = tilesOfOutput
    let blocks = tiles.blocks(of: blockSize)
    let plane = weightPlane
    let size = planes * plane
    let planes = planes

    func product(
      _ block: WinogradTiling.Block, _ index: Int, _ values: UnsafePointer<Float>,
      _ slopes: UnsafePointer<Float>, addingTo sum: UnsafeMutablePointer<Float>, isFirst: Bool
    ) {
      BLAS.multiply(
        rows: outputs, columns: inputs, inner: block.tiles.count,
        slopes + index * (outputs * block.row + Self.gap), stride: block.row,
        values + index * (inputs * block.row + Self.gap), .transposed, stride: block.row,
        into: sum + index * plane, stride: inputs, beta: isFirst ? 0 : 1)
    }

    // With few weights, each of a fixed number of sums takes its blocks; with many, all blocks go into one sum, whose
    // planes are shared out.
    let sums = min(Self.partialSums, blocks.count)
    if blocks.count >= Self.fewestBlocks && size <= 1 << 18 {
      let partials = TensorStorage(scratch: sums * size)
      let row = blocks.map(\.row).max() ?? 0
      let valueCount = planes * (inputs * row + Self.gap)
      parallelFor(sums, scratch: valueCount + planes * (outputs * row + Self.gap)) { sum, scratch in
        let own = (sum * blocks.count / sums)..<((sum + 1) * blocks.count / sums)
        for index in own {
          let block = blocks[index]
          read(block, x, 0..<inputs, tiles, into: scratch)
          readAdjoint(block, gradient, 0..<outputs, tiles, into: scratch + valueCount)
          for plane in 0..<planes {
            product(
              block, plane, scratch, scratch + valueCount, addingTo: partials.base + sum * size,
              isFirst: index == own.lowerBound)
          }
        }
      }
      return weights(fromSums: partials, count: sums, shape: shape)
    }
    let total = TensorStorage(scratch: size)
    for (number, block) in tiles.blocks(of: max(blockSize, 512)).enumerated() {
      let values = TensorStorage(scratch: planes * (inputs * block.row + Self.gap))
      let slopes = TensorStorage(scratch: planes * (outputs * block.row + Self.gap))
      let inputPieces = pieces(inputs)
      parallelFor(inputPieces + pieces(outputs)) { index in
        if index < inputPieces {
          read(block, x, piece(index, of: inputs), tiles, into: values.base)
        } else {
          readAdjoint(block, gradient, piece(index - inputPieces, of: outputs), tiles, into: slopes.base)
        }
      }
      parallelFor(planes) { plane in
        product(block, plane, values.base, slopes.base, addingTo: total.base, isFirst: number == 0)
      }
    }
    return weights(fromSums: total, count: 1, shape: shape)
  }

  /// Bᵀ·x for the tiles of a block.
  private func read(
    _ block: WinogradTiling.Block, _ x: Tensor, _ channels: Range<Int>, _ tiles: WinogradTiling,
    into values: UnsafeMutablePointer<Float>
  ) {
    var field = tiles.source
    block.forEachRun { first, count, place in
      vm_winograd_input(
        &field, first, count, channels.count, x.storage.base + channels.lowerBound * geometry.inputPoints,
        values + channels.lowerBound * block.row + place, block.row, inputs * block.row + Self.gap)
    }
  }

  /// A·dy for the tiles of a block.
  private func readAdjoint(
    _ block: WinogradTiling.Block, _ gradient: Tensor, _ channels: Range<Int>, _ tiles: WinogradTiling,
    into slopes: UnsafeMutablePointer<Float>
  ) {
    var field = tiles.target
    block.forEachRun { first, count, place in
      vm_winograd_output_adjoint(
        &field, first, count, channels.count,
        gradient.storage.base + channels.lowerBound * geometry.outputPoints,
        slopes + channels.lowerBound * block.row + place, block.row, outputs * block.row + Self.gap)
    }
  }

  /// Gᵀ of the sum of partial sums, added from the first to the last.
  private func weights(fromSums partials: TensorStorage, count: Int, shape: [Int]) -> Tensor {
    var result = Tensor(uninitialized: shape)
    let (target, plane, points) = (result.mutableStorage(), weightPlane, geometry.kernelPoints)
    let wide = geometry.kernel.map { Int32($0 == 3 ? 1 : 0) }
    parallelFor(outputs) { output in
      for sum in 1..<max(count, 1) {
        for index in 0..<planes {
          let place = index * plane + output * inputs
          vm_add_scaled(
            partials.base + place, partials.base + sum * planes * plane + place, 1, inputs)
        }
      }
      for input in stride(from: 0, to: inputs, by: 16) {
        let place = output * inputs + input
        vm_winograd_weight_adjoint(
          wide, target.base + place * points, points, min(16, inputs - input), partials.base + place, plane)
      }
    }
    return result
  }
}
