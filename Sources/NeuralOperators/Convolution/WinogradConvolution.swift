import CVectorMath
package import TensorCore

/// Convolution with kernels of three points by Winograd's minimal filtering: half the products along each axis.
///
/// ```
/// y = Aᵀ[ Σᵢ (G·w[o, i]) ⊙ (Bᵀ·x[i]) ]        dx = the same with the kernel reversed
/// dw = Gᵀ[ Σ_tiles (A·dy[o]) ⊙ (Bᵀ·x[i]) ]
/// ```
/// Six values stand for four neighboring results of a line. For each of them (each combination, along several axes: a
/// *plane*) the sum over channels is a matrix product whose columns are the tiles. Where there are many tiles, a thread
/// takes a block of them from the transform of x to that of y within its core's cache; where there are few tiles but many
/// channels, a thread takes some of the channels of the result, from the transform of their kernels on.
///
/// Source: A. Lavin and S. Gray, *Fast Algorithms for Convolutional Neural Networks*, arXiv:1509.09308, section 4; the
/// points are those of `winograd.h`.
package struct WinogradConvolution: ConvolutionMethod {
  let geometry: WindowGeometry
  let samples: Int
  let inputs: Int
  let outputs: Int

  /// nil if the method is not for such windows: it needs stride 1 and kernels of three points or one.
  package init?(geometry: WindowGeometry, samples: Int, inputs: Int, outputs: Int) {
    let fits = (0..<3).allSatisfy { axis in
      switch geometry.kernel[axis] {
      case 1: geometry.padding[axis] == 0
      // The backward pass pads by the rest of the kernel, and a period must stay a period.
      case 3: geometry.mode == .periodic ? geometry.padding[axis] == 1 : geometry.padding[axis] <= 2
      default: false
      }
    }
    guard fits, geometry.kernelPoints > 1, geometry.stride == [1, 1, 1] else { return nil }
    self.geometry = geometry
    self.samples = samples
    self.inputs = inputs
    self.outputs = outputs
  }

  var isWide: [Bool] { geometry.kernel.map { $0 == 3 } }

  /// Values of a tile.
  var planes: Int { geometry.kernel.reduce(1) { $0 * ($1 == 3 ? 6 : 1) } }

  /// What the method is called.
  package let name = "Winograd"

  /// What transforming one element of a plane costs, of fields and of weights, in multiplications: from
  /// `ConvolutionBenchmark`.
  private static let fieldCost = 20, weightCost = 12

  /// Multiplications, and what the transforms of fields and of weights cost in their place.
  var cost: Int {
    let tiles = tilesOfOutput.columns
    return planes
      * (inputs * outputs * (tiles + Self.weightCost) + Self.fieldCost * (inputs + outputs) * tiles)
  }

  /// Planes are set apart a little, so that they do not all fall on the same lines of the cache.
  static let gap = 16

  /// Tiles of a block: as many as their transformed values and those of the results have room for in half of a core's cache,
  /// and enough for the kernels to be read seldom.
  var blockSize: Int {
    let (channels, unit) = (inputs + outputs, WinogradTiling.unit)
    return max(min((384 << 10) / (4 * planes * channels), 256) / unit * unit, unit, channels / 8)
  }

  /// Fewer blocks than this are too few to share out among threads.
  static let fewestBlocks = 4

  /// Bytes of transformed kernels that a thread holds where channels are shared out.
  private static let cachedKernels = 384 << 10

  /// Channels that a thread takes at a time where channels are shared out.
  static let channelsPerTask = 32

  /// The tiles of y, read from x.
  var tilesOfOutput: WinogradTiling {
    WinogradTiling(
      samples: samples, input: (geometry.input, inputs), output: (geometry.output, outputs), isWide: isWide,
      padding: geometry.padding, mode: geometry.mode)
  }

  /// The tiles of x, read from y.
  private var tilesOfInput: WinogradTiling {
    WinogradTiling(
      samples: samples, input: (geometry.output, outputs), output: (geometry.input, inputs), isWide: isWide,
      padding: zip(geometry.kernel, geometry.padding).map { $0 - 1 - $1 }, mode: geometry.mode)
  }

  package func output(of x: Tensor, weight: Tensor, bias: Tensor?, shape: [Int]) -> Tensor {
    convolved(
      x, with: WinogradKernels(weight, isReversed: false, isWide: isWide), tiles: tilesOfOutput, shape: shape,
      bias: bias)
  }

  package func inputGradient(of gradient: Tensor, weight: Tensor, bias: Tensor?, shape: [Int]) -> Tensor {
    convolved(
      gradient, with: WinogradKernels(weight, isReversed: true, isWide: isWide), tiles: tilesOfInput,
      shape: shape,
      bias: bias)
  }

  /// The tensor of the given shape that comes out of the transform of x, the products and the transform back.
  private func convolved(
    _ x: Tensor, with kernels: WinogradKernels, tiles: WinogradTiling, shape: [Int], bias: Tensor?
  ) -> Tensor {
    var result = Tensor(uninitialized: shape)
    let reader = WinogradFields(x.storage.base, channels: x.shape[1], tiles.source)
    let writer = WinogradFields(result.mutableStorage().base, channels: shape[1], tiles.target)
    let constants = bias?.storage.base
    let blocks = tiles.blocks(of: blockSize)
    if blocks.count >= Self.fewestBlocks {
      convolve(blocks, reader, kernels, into: writer, bias: constants)
    } else {
      for block in tiles.blocks(of: tiles.count) {
        convolve(block, reader, kernels, into: writer, bias: constants)
      }
    }
    return result
  }

  /// Many tiles: the threads share the blocks of them.
  private func convolve(
    _ blocks: [WinogradTiling.Block], _ reader: WinogradFields, _ kernels: WinogradKernels,
    into writer: WinogradFields, bias: UnsafePointer<Float>?
  ) {
    let (u, part, planes) = (kernels.transformed(planes: planes), kernels.whole, planes)
    let row = blocks.map(\.row).max() ?? 0
    let valueCount = planes * (reader.channels * row + Self.gap)
    parallelFor(blocks.count, scratch: valueCount + planes * (writer.channels * row + Self.gap)) {
      index, scratch in
      let (block, results) = (blocks[index], scratch + valueCount)
      let valuePlane = reader.channels * block.row + Self.gap
      let resultPlane = writer.channels * block.row + Self.gap
      reader.read(block, 0..<reader.channels, into: scratch, plane: valuePlane)
      for plane in 0..<planes {
        kernels.multiply(
          part, u.base + plane * part.plane, scratch + plane * valuePlane,
          into: results + plane * resultPlane, row: block.row, tiles: block.columns, adding: false)
      }
      writer.write(block, 0..<writer.channels, from: results, plane: resultPlane, bias: bias)
    }
  }

  /// Few tiles of many channels: the threads share the channels of the result. The kernels for them are transformed where
  /// they are multiplied, some channels of the sum at a time, and never leave a core's cache.
  private func convolve(
    _ block: WinogradTiling.Block, _ reader: WinogradFields, _ kernels: WinogradKernels,
    into writer: WinogradFields, bias: UnsafePointer<Float>?
  ) {
    let planes = planes
    let valuePlane = reader.channels * block.row + Self.gap
    let resultPlane = Self.channelsPerTask * block.row + Self.gap
    let values = TensorStorage(scratch: planes * valuePlane)
    parallelFor(pieces(reader.channels)) { index in
      let range = piece(index, of: reader.channels)
      reader.read(block, range, into: values.base + range.lowerBound * block.row, plane: valuePlane)
    }
    let summed = channelsInCache
    let kernelCount = planes * (Self.channelsPerTask * summed + Self.gap)
    parallelFor(pieces(writer.channels), scratch: kernelCount + planes * resultPlane) { index, scratch in
      let (rows, results) = (piece(index, of: writer.channels), scratch + kernelCount)
      for first in stride(from: 0, to: reader.channels, by: summed) {
        let part = WinogradKernels.Part(rows: rows, inner: first..<min(first + summed, reader.channels))
        kernels.transform(part, into: scratch)
        for plane in 0..<planes {
          kernels.multiply(
            part, scratch + plane * part.plane, values.base + plane * valuePlane + first * block.row,
            into: results + plane * resultPlane, row: block.row, tiles: block.columns, adding: first > 0)
        }
      }
      writer.write(block, rows, from: results, plane: resultPlane, bias: bias)
    }
  }

  /// Channels whose transformed kernels for one task's channels take a part of a core's cache.
  var channelsInCache: Int {
    max((Self.cachedKernels >> 2) / (planes * Self.channelsPerTask) / 16 * 16, 16)
  }

  func pieces(_ channels: Int) -> Int { (channels + Self.channelsPerTask - 1) / Self.channelsPerTask }

  func piece(_ index: Int, of channels: Int) -> Range<Int> {
    (index * Self.channelsPerTask)..<min((index + 1) * Self.channelsPerTask, channels)
  }
}
