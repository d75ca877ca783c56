public import Autodiff
public import TensorCore

/// A linear layer on the channels of every point: y[b, o, p] = Σᵢ W[o, i]·x[b, i, p] + c[o].
///
/// With `pointAxes` above 0 the weight carries that many trailing axes of extent 1, as the weight of a convolution with
/// a kernel of one point does.
public struct Linear: Sendable {
  /// The parameters are `name.weight` and `name.bias`.
  public let name: String
  /// Input channels.
  public let inputs: Int
  /// Output channels.
  public let outputs: Int
  /// Trailing axes of extent 1 in the weight's shape.
  public let pointAxes: Int

  /// A layer from `inputs` to `outputs` channels.
  public init(name: String, inputs: Int, outputs: Int, pointAxes: Int = 0) {
    precondition(inputs > 0 && outputs > 0, "a linear layer needs channels, got \(inputs) → \(outputs)")
    self.name = name
    self.inputs = inputs
    self.outputs = outputs
    self.pointAxes = pointAxes
  }

  /// The name of W.
  public var weightName: String { "\(name).weight" }
  /// The name of c.
  public var biasName: String { "\(name).bias" }

  /// Weight and bias uniform in ±1/√inputs.
  ///
  /// - Parameter generator: Gives the numbers for the parameter of the given name.
  /// - Returns: The parameters by name.
  public func initialParameters(
    _ generator: (String) -> CounterGenerator
  ) -> [(name: String, tensor: Tensor)] {
    let bound = 1 / Float(inputs).squareRoot()
    let shapes = [
      weightName: [outputs, inputs] + Array(repeating: 1, count: pointAxes), biasName: [outputs],
    ]
    return [weightName, biasName].map { name in
      var generator = generator(name)
      let tensor = Tensor.zeros(shapes[name, default: []]).map { _ in bound * (2 * generator.uniform() - 1) }
      return (name: name, tensor: tensor)
    }
  }

  /// The layer applied to `[samples, inputs, points…]`.
  public func callAsFunction(_ x: Variable, _ parameters: TracedParameters) -> Variable {
    x.mixingChannels(weight: parameters[weightName], bias: parameters[biasName])
  }
}
