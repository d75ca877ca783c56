public import Autodiff
public import TensorCore

/// A transposed convolution in 1, 2 or 3 dimensions: every point of the input is spread over a window of the output.
///
/// ```
/// y[b, o, p·stride + k] += w[i, o, k] · x[b, i, p]    over all i, p and k;  then  y[b, o, ·] += c[o]
/// ```
///
/// | Symbol | Shape | Meaning |
/// |---|---|---|
/// | `x` | `[samples, inputs, points…]` | fields |
/// | `w` | `[inputs, outputs, kernel…]` | weights |
/// | `c` | `[outputs]` | bias, if the layer has one |
/// | `y` | `[samples, outputs, (points − 1)·stride + kernel…]` | fields on the finer grid |
public struct TransposedConvolution: Sendable {
  /// The parameters are `name.weight` and `name.bias`.
  public let name: String
  /// Input channels.
  public let inputs: Int
  /// Output channels.
  public let outputs: Int
  /// The extents of the kernel.
  public let kernel: [Int]
  /// The distance between the windows of neighboring points along each axis.
  public let stride: [Int]
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
  ///   - hasBias: Whether there is a bias.
  /// - Precondition: All extents fit each other and are positive.
  public init(
    name: String, inputs: Int, outputs: Int, kernel: [Int], stride: [Int]? = nil, hasBias: Bool = true
  ) {
    self.name = name
    self.inputs = inputs
    self.outputs = outputs
    self.kernel = kernel
    self.stride = stride ?? Array(repeating: 1, count: kernel.count)
    self.hasBias = hasBias
    precondition(
      (1...3).contains(kernel.count) && self.stride.count == kernel.count
        && ([inputs, outputs] + kernel + self.stride).allSatisfy { $0 > 0 },
      "no transposed convolution has \(inputs) inputs, \(outputs) outputs, kernel \(kernel) and stride "
        + "\(self.stride)")
  }

  /// The name of w.
  public var weightName: String { "\(name).weight" }
  /// The name of c; nil for a layer without bias.
  public var biasName: String? { hasBias ? "\(name).bias" : nil }
  /// The shape of w.
  public var weightShape: [Int] { [inputs, outputs] + kernel }

  /// Weight and bias uniform in ±1/√(outputs · points of the kernel), which is what PyTorch takes for the fan-in here.
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
    x.transposeConvolved(
      weight: parameters[weightName], bias: biasName.map { parameters[$0] }, stride: stride)
  }
}
