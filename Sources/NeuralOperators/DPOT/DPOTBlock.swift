import Autodiff
import TensorCore

/// z ← MLP(G₂(A(G₁ z))) + z: group normalization, Fourier attention, and a perceptron of two layers at every point.
struct DPOTBlock: Sendable {
  private let norms: [GroupNormalization]
  private let attention: FourierAttention
  private let layers: [Linear]

  /// Groups of both normalizations.
  static let groups = 8

  init(name: String, channels: Int, hidden: Int, blocks: Int, modes: Int, dimensions: Int) {
    norms = [1, 2].map {
      GroupNormalization(name: "\(name).norm\($0)", groups: Self.groups, channels: channels)
    }
    attention = FourierAttention(name: "\(name).filter", channels: channels, blocks: blocks, modes: modes)
    layers = [
      Linear(name: "\(name).mlp.0", inputs: channels, outputs: hidden, pointAxes: dimensions),
      Linear(name: "\(name).mlp.2", inputs: hidden, outputs: channels, pointAxes: dimensions),
    ]
  }

  /// The number of weights; a complex one counts as two.
  var parameterCount: Int {
    norms.reduce(0) { $0 + 2 * $1.channels } + attention.parameterCount
      + layers.reduce(0) { $0 + ($1.inputs + 1) * $1.outputs }
  }

  /// New parameters in the released code's order.
  func initialParameters(_ generator: (String) -> CounterGenerator) -> [(name: String, tensor: Tensor)] {
    norms[0].initialParameters + attention.initialParameters(generator) + norms[1].initialParameters
      + layers.flatMap { $0.initialParameters(generator) }
  }

  /// Floating-point operations for a field, by the plain formulas.
  func operations(onShape shape: [Int]) -> Double {
    let products = layers.reduce(0) { $0 + $1.inputs * $1.outputs } * shape.reduce(1, *)
    return 2 * Double(products) + attention.operations(onShape: shape)
  }

  /// The block applied to `[samples, channels, points…]`.
  func callAsFunction(_ z: Variable, _ parameters: TracedParameters) -> Variable {
    let attended = norms[1](attention(norms[0](z, parameters), parameters), parameters)
    return layers[1](layers[0](attended, parameters).gelu(), parameters) + z
  }
}
