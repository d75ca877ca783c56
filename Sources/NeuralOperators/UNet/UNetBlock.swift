import Autodiff
import TensorCore

/// Twice in a row: a convolution 3 points wide without bias, batch normalization, tanh.
struct UNetBlock: Sendable {
  private let layers: [(convolution: Convolution, normalization: BatchNormalization)]

  /// A block whose parameters' names begin with `name`, followed by `conv1`, `norm1`, `conv2` and `norm2`.
  init(name: String, inputs: Int, outputs: Int, dimensions: Int, padding: PaddingMode) {
    layers = [(1, inputs), (2, outputs)].map { number, inputs in
      (
        Convolution(
          name: "\(name)conv\(number)", inputs: inputs, outputs: outputs,
          kernel: Array(repeating: 3, count: dimensions), padding: Array(repeating: 1, count: dimensions),
          paddingMode: padding, hasBias: false),
        BatchNormalization(name: "\(name)norm\(number)", channels: outputs)
      )
    }
  }

  /// The names of the running statistics.
  var bufferNames: [String] { layers.flatMap(\.normalization.bufferNames) }

  /// The number of weights.
  var parameterCount: Int {
    layers.reduce(0) { $0 + $1.convolution.weightShape.reduce(1, *) + 2 * $1.normalization.channels }
  }

  /// The weights of the convolutions, each of which is used once at every point.
  var weightsPerPoint: Int { layers.reduce(0) { $0 + $1.convolution.weightShape.reduce(1, *) } }

  /// New parameters in the layers' order.
  func initialParameters(_ generator: (String) -> CounterGenerator) -> [(name: String, tensor: Tensor)] {
    layers.flatMap { $0.convolution.initialParameters(generator) + $0.normalization.initialParameters }
  }

  /// The block applied to `[samples, inputs, points…]`.
  func callAsFunction(_ x: Variable, _ parameters: TracedParameters) -> Variable {
    layers.reduce(x) { x, layer in
      layer.normalization(layer.convolution(x, parameters), activation: .tanh, parameters)
    }
  }
}
