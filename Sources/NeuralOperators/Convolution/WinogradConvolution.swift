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
/// channels, the threads share the channels and the planes.
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

  private var isWide: [Bool] { geometry.kernel.map { $0 == 3 } }

  /// Values of a tile.
  var planes: Int { geometry.kernel.reduce(1) { $0 * ($1 == 3 ? 6 : 1) } }

  /// What the method is called.
  package let name = "Winograd"

  /// What transforming one element of a plane costs, of fields and of weights, in multiplications: from
  /// `ConvolutionBenchmark`.
  private static let fieldCost = 20, weightCost = 50

  /// Multiplications, and what the transforms of fields and of weights cost in their place.
  var cost: Int {
    let tiles = tilesOfOutput.count
    return planes
      * (inputs * outputs * (tiles + Self.weightCost) + Self.fieldCost * (inputs + outputs) * tiles)
  }

  /// Planes are set apart a little, so that they do not all fall on the same lines of the cache.
  static let gap = 16

  /// Floats from one plane of transformed weights to the next.
  var weightPlane: Int { inputs * outputs + Self.gap }

  /// Tiles of a block: as many as their transformed values have room for in a core's cache, and enough for the matrix
  /// products to be fast.
  var blockSize: Int {
    let channels = inputs + outputs
    return min(max((768 << 10) / (4 * planes * channels), 48, channels / 8), 256)
  }

  /// Fewer blocks than this are too few to share out among threads.
  static let fewestBlocks = 4

  /// Channels that a thread takes at a time where channels are shared out.
  static let channelsPerTask = 16

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
    let u = transformed(weight)
    let plane = weightPlane
    return convolved(x, tiles: tilesOfOutput, shape: shape, bias: bias) {
      index, rows, values, results, row, count in
      BLAS.multiply(
        rows: rows.count, columns: count, inner: inputs,
        u.base + index * plane + rows.lowerBound * inputs, stride: inputs, values, stride: row,
        into: results + rows.lowerBound * row, stride: row)
    }
  }

  package func inputGradient(of gradient: Tensor, weight: Tensor, bias: Tensor?, shape: [Int]) -> Tensor {
    let u = transformed(weight)
    let plane = weightPlane
    let reversed = (0..<planes).map(reversal)
    return convolved(gradient, tiles: tilesOfInput, shape: shape, bias: bias) {
      index, rows, values, results, row, count in
      BLAS.multiply(
        rows: rows.count, columns: count, inner: outputs,
        u.base + reversed[index].plane * plane + rows.lowerBound, .transposed, stride: inputs, values,
        stride: row, into: results + rows.lowerBound * row, stride: row, alpha: reversed[index].factor)
    }
  }

  /// The plane of G·w that holds, up to a factor, the given plane of the reversed kernels.
  ///
  /// With p the point of the plane, w₂ + p·w₁ + p²·w₀ = p²·(w₀ + w₁/p + w₂/p²), and 1/a = b.
  private func reversal(of plane: Int) -> (plane: Int, factor: Float) {
    let line: [(plane: Int, factor: Float)] = [(5, 1), (3, -2), (4, -2), (1, -0.5), (2, -0.5), (0, 1)]
    var (rest, result, step) = (plane, (plane: 0, factor: Float(1)), 1)
    for _ in 0..<isWide.count(where: \.self) {
      let one = line[rest % 6]
      result = (result.plane + one.plane * step, result.factor * one.factor)
      rest /= 6
      step *= 6
    }
    return result
  }

  /// G·w: planes of `[outputs, inputs]`.
  private func transformed(_ weight: Tensor) -> TensorStorage {
    let result = TensorStorage(scratch: planes * weightPlane)
    let (w, points, plane) = (weight.storage, geometry.kernelPoints, weightPlane)
    let wide = isWide.map { Int32($0 ? 1 : 0) }
    parallelFor(outputs) { output in
      for input in stride(from: 0, to: inputs, by: 16) {
        let place = output * inputs + input
        vm_winograd_weight(
          wide, w.base + place * points, points, min(16, inputs - input), result.base + place, plane)
      }
    }
    return result
  }

  /// The product of a plane of weights, for the given rows of the result, with the plane's values of a block of tiles.
  private typealias Product = (
    _ plane: Int, _ rows: Range<Int>, _ values: UnsafePointer<Float>,
    _ results: UnsafeMutablePointer<Float>, _ row: Int, _ count: Int
  ) -> Void

  /// The tensor of the given shape that comes out of the transform of x, the products and the transform back.
  private func convolved(
    _ x: Tensor, tiles: WinogradTiling, shape: [Int], bias: Tensor?, product: Product
  ) -> Tensor {
    var result = Tensor(uninitialized: shape)
    let (channels, resultChannels) = (x.shape[1], shape[1])
    let (points, resultPoints) = (x.count / (samples * channels), result.count / (samples * resultChannels))
    let (source, target, constants) = (x.storage, result.mutableStorage(), bias?.storage.base)
    let planes = planes

    func read(_ block: WinogradTiling.Block, _ range: Range<Int>, into values: UnsafeMutablePointer<Float>) {
      var field = tiles.source
      block.forEachRun { first, count, place in
        vm_winograd_input(
          &field, first, count, range.count, source.base + range.lowerBound * points,
          values + range.lowerBound * block.row + place, block.row, channels * block.row + Self.gap)
      }
    }
    func write(_ block: WinogradTiling.Block, _ range: Range<Int>, from results: UnsafePointer<Float>) {
      var field = tiles.target
      block.forEachRun { first, count, place in
        vm_winograd_output(
          &field, first, count, range.count, target.base + range.lowerBound * resultPoints,
          results + range.lowerBound * block.row + place, block.row, resultChannels * block.row + Self.gap,
          constants.map { $0 + range.lowerBound })
      }
    }
    func multiply(
      _ block: WinogradTiling.Block, _ plane: Int, _ rows: Range<Int>, _ values: UnsafePointer<Float>,
      _ results: UnsafeMutablePointer<Float>
    ) {
      product(
        plane, rows, values + plane * (channels * block.row + Self.gap),
        results + plane * (resultChannels * block.row + Self.gap), block.row, block.tiles.count)
    }

    let blocks = tiles.blocks(of: blockSize)
    if blocks.count >= Self.fewestBlocks {
      let row = blocks.map(\.row).max() ?? 0
      let (valueCount, resultCount) = (
        planes * (channels * row + Self.gap), planes * (resultChannels * row + Self.gap)
      )
      parallelFor(blocks.count, scratch: valueCount + resultCount) { index, scratch in
        let (block, results) = (blocks[index], scratch + valueCount)
        read(block, 0..<channels, into: scratch)
        for plane in 0..<planes { multiply(block, plane, 0..<resultChannels, scratch, results) }
        write(block, 0..<resultChannels, from: results)
      }
    } else {
      for block in tiles.blocks(of: tiles.count) {
        let values = TensorStorage(scratch: planes * (channels * block.row + Self.gap))
        let results = TensorStorage(scratch: planes * (resultChannels * block.row + Self.gap))
        parallelFor(pieces(channels)) { read(block, piece($0, of: channels), into: values.base) }
        let halves = resultChannels > 128 ? 2 : 1
        parallelFor(planes * halves) { index in
          let (plane, half) = index.quotientAndRemainder(dividingBy: halves)
          let rows = (half * resultChannels / halves)..<((half + 1) * resultChannels / halves)
          multiply(block, plane, rows, values.base, results.base)
        }
        parallelFor(pieces(resultChannels)) {
          write(block, piece($0, of: resultChannels), from: results.base)
        }
      }
    }
    return result
  }

  func pieces(_ channels: Int) -> Int { (channels + Self.channelsPerTask - 1) / Self.channelsPerTask }

  func piece(_ index: Int, of channels: Int) -> Range<Int> {
    (index * Self.channelsPerTask)..<min((index + 1) * Self.channelsPerTask, channels)
  }
}
