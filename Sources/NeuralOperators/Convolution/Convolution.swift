public import Autodiff
public import TensorCore

/// A convolution in 1, 2 or 3 dimensions.
///
/// ```
/// y[b, o, p] = Σᵢₖ w[o, i, k] · x[b, i, p·stride − padding + k] + c[o]
/// ```
///
/// | Symbol | Shape | Meaning |
/// |---|---|---|
/// | `x` | `[samples, inputs, points…]` | fields; beyond their ends zeros, or the field again |
/// | `w` | `[outputs, inputs, kernel…]` | weights |
/// | `c` | `[outputs]` | bias, if the layer has one |
/// | `y` | `[samples, outputs, windows…]` | ⌊(points + 2·padding − kernel) / stride⌋ + 1 windows along each axis |
public struct Convolution: Sendable {
  /// The parameters are `name.weight` and `name.bias`.
  public let name: String
  /// Input channels.
  public let inputs: Int
  /// Output channels.
  public let outputs: Int
  /// The extents of the kernel.
  public let kernel: [Int]
  /// The distance between windows along each axis.
  public let stride: [Int]
  /// How far windows reach over each end of each axis.
  public let padding: [Int]
  /// What is beyond the ends.
  public let paddingMode: PaddingMode
  /// Whether there is a bias.
  public let hasBias: Bool

  /// A layer for fields with as many axes as `kernel` has entries, 1 to 3.
  ///
  /// - Parameters:
  ///   - name: The parameters are `name.weight` and `name.bias`.
  ///   - inputs: Input channels.
  ///   - outputs: Output channels.
  ///   - kernel: The extents of the kernel.
  ///   - stride: The distance between windows along each axis; 1 unless given.
  ///   - padding: How far windows reach over each end of each axis; 0 unless given.
  ///   - paddingMode: What is beyond the ends.
  ///   - hasBias: Whether there is a bias.
  /// - Precondition: All extents fit each other and are positive, the padding at least 0.
  public init(
    name: String, inputs: Int, outputs: Int, kernel: [Int], stride: [Int]? = nil, padding: [Int]? = nil,
    paddingMode: PaddingMode = .zeros, hasBias: Bool = true
  ) {
    self.name = name
    self.inputs = inputs
    self.outputs = outputs
    self.kernel = kernel
    self.stride = stride ?? Array(repeating: 1, count: kernel.count)
    self.padding = padding ?? Array(repeating: 0, count: kernel.count)
    self.paddingMode = paddingMode
    self.hasBias = hasBias
    precondition(
      (1...3).contains(kernel.count) && self.stride.count == kernel.count
        && self.padding.count == kernel.count
        && ([inputs, outputs] + kernel + self.stride).allSatisfy { $0 > 0 }
        && self.padding.allSatisfy { $0 >= 0 },
      "no convolution has \(inputs) inputs, \(outputs) outputs, kernel \(kernel), stride \(self.stride) and "
        + "padding \(self.padding)")
  }

  /// The name of w.
  public var weightName: String { "\(name).weight" }
  /// The name of c; nil for a layer without bias.
  public var biasName: String? { hasBias ? "\(name).bias" : nil }
  /// The shape of w.
  public var weightShape: [Int] { [outputs, inputs] + kernel }

  /// Weight and bias uniform in ±1/√fan-in, the fan-in being inputs times points of the kernel, as PyTorch draws them.
  ///
  /// - Parameter generator: Gives the numbers for the parameter of the given name.
  /// - Returns: The parameters by name.
  public func initialParameters(
    _ generator: (String) -> CounterGenerator
  ) -> [(name: String, tensor: Tensor)] {
    uniformParameters(
      (weightName, weightShape), biasName.map { ($0, [outputs]) }, fanIn: weightShape[1...].reduce(1, *),
      generator)
  }

  /// The layer applied to `[samples, inputs, points…]`.
  public func callAsFunction(_ x: Variable, _ parameters: TracedParameters) -> Variable {
    x.convolved(
      weight: parameters[weightName], bias: biasName.map { parameters[$0] }, stride: stride,
      padding: padding, mode: paddingMode)
  }
}

/// A weight and, if there is one, a bias, uniform in ±1/√fanIn.
func uniformParameters(
  _ weight: (name: String, shape: [Int]), _ bias: (name: String, shape: [Int])?, fanIn: Int,
  _ generator: (String) -> CounterGenerator
) -> [(name: String, tensor: Tensor)] {
  let bound = 1 / Float(fanIn).squareRoot()
  return [weight, bias].compactMap(\.self).map { name, shape in
    var generator = generator(name)
    return (name: name, tensor: Tensor.zeros(shape).map { _ in bound * (2 * generator.uniform() - 1) })
  }
}
