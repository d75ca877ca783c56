import NeuralOperators
import TensorCore
import Training

/// Times the methods of convolution at the sizes of a U-Net's levels: kernels of three points, twice the channels and half
/// the points from each level to the next.
package struct ConvolutionBenchmark: Sendable {
  /// A level's extents.
  package struct Level: Sendable {
    /// The extents of a field.
    package let shape: [Int]
    /// Channels of the input and of the output.
    package let channels: Int
  }

  /// Median seconds of one method.
  package struct Measurement: Sendable, Encodable {
    /// The method's type.
    package let method: String
    /// Whether a layer takes it.
    package let isTaken: Bool
    /// y of x.
    package let outputSeconds: Double
    /// ∂L/∂x of ∂L/∂y.
    package let inputGradientSeconds: Double
    /// ∂L/∂w of ∂L/∂y.
    package let weightGradientSeconds: Double

    private enum CodingKeys: String, CodingKey {
      case method
      case isTaken = "taken"
      case outputSeconds = "output_seconds"
      case inputGradientSeconds = "input_gradient_seconds"
      case weightGradientSeconds = "weight_gradient_seconds"
    }
  }

  /// Samples in a batch.
  package let batchSize: Int
  /// From the finest level on.
  package let levels: [Level]

  /// - Parameters:
  ///   - shape: The extents of a field of the finest level.
  ///   - features: Its channels.
  ///   - batchSize: Samples in a batch.
  package init(shape: [Int], features: Int, batchSize: Int) {
    self.batchSize = batchSize
    levels = (0..<5).map { level in
      Level(shape: shape.map { max($0 >> level, 1) }, channels: features << level)
    }
  }

  /// What timing a level takes of memory.
  ///
  /// - Parameter level: The level.
  /// - Returns: The extents of the arrays that are there at a time, at most. Of fields: the input, the results and the
  ///   columns of the windows. Of kernels: themselves, twice while they are filled, their gradient, and what Winograd's
  ///   method transforms them to, twice as many along each axis.
  package func arrays(of level: Level) -> [[Int]] {
    let threes = level.shape.map { _ in 3 }
    return [
      [batchSize, level.channels, 8] + level.shape,
      [level.channels, level.channels, 3 + (1 << threes.count)] + threes,
    ]
  }

  /// Times each method that can do a level's convolution, one after the other, after one call to warm up.
  ///
  /// - Parameters:
  ///   - level: The level.
  ///   - repeats: Number of timed calls.
  /// - Returns: One measurement a method.
  package func measure(_ level: Level, repeats: Int) -> [Measurement] {
    // Levels differ in size, and buffers that fit no other would pile up.
    StoragePool.shared.trim()
    let (channels, threes) = (level.channels, level.shape.map { _ in 3 })
    let ones = level.shape.map { _ in 1 }
    let geometry = WindowGeometry(input: level.shape, kernel: threes, stride: ones, padding: ones)
    let shape = [batchSize, channels] + level.shape
    let (x, w) = (Tensor.noise(shape, index: 0), Tensor.noise([channels, channels] + threes, index: 1))
    let taken = convolutionMethod(for: geometry, samples: batchSize, inputs: channels, outputs: channels)
    var methods: [any ConvolutionMethod] = [
      ColumnConvolution(geometry: geometry, samples: batchSize, inputs: channels, outputs: channels)
    ]
    if let winograd = WinogradConvolution(
      geometry: geometry, samples: batchSize, inputs: channels, outputs: channels)
    {
      methods.append(winograd)
    }
    return methods.map { method in
      Measurement(
        method: method.name, isTaken: method.name == taken.name,
        outputSeconds: median(repeats) { method.output(of: x, weight: w, bias: nil, shape: shape) },
        inputGradientSeconds: median(repeats) {
          method.inputGradient(of: x, weight: w, bias: nil, shape: shape)
        },
        weightGradientSeconds: median(repeats) { method.weightGradient(of: x, input: x, shape: w.shape) })
    }
  }

  private func median(_ repeats: Int, _ body: () -> Tensor) -> Double {
    let clock = ContinuousClock()
    _ = body()
    return (0..<repeats).map { _ in clock.measure { _ = body() }.seconds }.upperMedian
  }
}
