public import Autodiff
import TempBalance
public import TensorCore

/// A low-rank correction of one parameter (LoRA): W is kept, and W + s·ΔW is used, with ΔW a product of two thin matrices.
///
/// ```
/// ΔW = B·A      A: rank × inputs, uniform in ±1/√inputs (Kaiming's rule with a = √5)      B: outputs × rank, zero      s = α/rank
/// ```
///
/// | Parameter | Its matrices | A (`….lora_A.…`) | B (`….lora_B.…`) |
/// |---|---|---|---|
/// | linear layer `[o, i]`, convolution `[o, i, k…]` | one, `o × (i, k…)` | `[r, i, k…]` | `[o, r, 1…]` |
/// | transposed convolution `[i, o, k…]` | one, `i × (o, k…)` | `[r, o, k…]` | `[i, r, 1…]` |
/// | spectral weights `[i, o, modes…, 2]` | a complex one for each mode | `[i, r, modes…, 2]` | `[r, o, modes…, 2]` |
/// | attention over modes `[2, blocks, i, o]` | a complex one for each block | `[2, blocks, i, r]` | `[2, blocks, r, o]` |
/// | aggregation `[frames, i, o]` | one for each frame | `[frames, i, r]` | `[frames, r, o]` |
///
/// The last three keep the inputs first, so their ΔW is A·B. Linear layers and convolutions have PEFT's shapes and names.
///
/// Source: Hu et al., *LoRA: Low-Rank Adaptation of Large Language Models*, arXiv:2106.09685, equation (3); scale and initial values
/// as in its code and in PEFT.
public struct LowRankAdapter: Sendable, Equatable {
  /// How a parameter is made of matrices.
  public enum Form: String, Sendable {
    /// The first axis by all others.
    case rows
    /// Real matrices in the last two axes.
    case matrices
    /// Complex matrices in the last two axes, real and imaginary part first.
    case complexMatrices
    /// Complex matrices in the first two axes, real and imaginary part last.
    case modes
  }

  /// The parameter's name.
  public let parameter: String
  /// The parameter's shape.
  public let shape: [Int]
  /// How it is made of matrices.
  public let form: Form
  /// The rank of ΔW.
  public let rank: Int

  /// The adapter of a parameter.
  public init(_ parameter: String, shape: [Int], form: Form, rank: Int) {
    self.parameter = parameter
    self.shape = shape
    self.form = form
    self.rank = rank
  }

  /// The form of a parameter, told by its name and shape; nil for what has no matrices: biases, normalizations, tables.
  public static func form(of parameter: String, shape: [Int]) -> Form? {
    let components = parameter.split(separator: ".")
    guard components.count > 1, let last = components.last else { return nil }
    if ["w1", "w2"].contains(last), shape.count == 4, shape[0] == 2 { return .complexMatrices }
    if last == "w", shape.count == 3 { return .matrices }
    switch LayerKind(parameter: parameter, shape: shape) {
    case .linear, .convolution, .transposedConvolution: return .rows
    case .spectral: return .modes
    case .embedding, .lowRank, .matrix, nil: return nil
    }
  }

  /// The sides of each of a parameter's matrices.
  public static func sides(of shape: [Int], _ form: Form) -> (Int, Int) {
    switch form {
    case .rows: (shape[0], shape[1...].reduce(1, *))
    case .matrices, .complexMatrices: (shape[shape.count - 2], shape[shape.count - 1])
    case .modes: (shape[0], shape[1])
    }
  }

  private func name(_ part: String) -> String {
    let end = parameter.lastIndex(of: ".") ?? parameter.startIndex
    return "\(parameter[..<end]).\(part)\(parameter[end...])"
  }

  /// The name of A.
  public var downName: String { name("lora_A") }
  /// The name of B.
  public var upName: String { name("lora_B") }

  /// The shape of A.
  public var downShape: [Int] {
    switch form {
    case .rows: [rank] + shape[1...]
    case .matrices, .complexMatrices: shape.dropLast() + [rank]
    case .modes: [shape[0], rank] + shape[2...]
    }
  }

  /// The shape of B.
  public var upShape: [Int] {
    switch form {
    case .rows: [shape[0], rank] + Array(repeating: 1, count: shape.count - 2)
    case .matrices, .complexMatrices: shape.dropLast(2) + [rank, shape[shape.count - 1]]
    case .modes: [rank, shape[1]] + shape[2...]
    }
  }

  /// What A's first values are bounded by: 1/√fan-in.
  private var bound: Float {
    let inputs =
      switch form {
      case .rows: shape[1...].reduce(1, *)
      case .matrices, .complexMatrices: shape[shape.count - 2]
      case .modes: shape[0]
      }
    return 1 / Float(max(inputs, 1)).squareRoot()
  }

  /// A uniform in ±1/√inputs, B zero: the corrected parameter is the parameter.
  public func initialParameters(_ generator: CounterGenerator) -> [(name: String, tensor: Tensor)] {
    var generator = generator
    let bound = bound
    return [
      (downName, Tensor.zeros(downShape).map { _ in bound * (2 * generator.uniform() - 1) }),
      (upName, .zeros(upShape)),
    ]
  }

  /// ΔW of A and B, without the scale.
  public func correction(down: Variable, up: Variable) -> Variable {
    switch form {
    case .rows:
      let (rows, columns) = Self.sides(of: shape, form)
      return up.reshaped([rows, rank]).matrixProduct(down.reshaped([rank, columns])).reshaped(shape)
    case .matrices: return down.matrixProduct(up)
    case .complexMatrices: return Self.complexProduct(down, up)
    case .modes:
      let modes = shape[2...].dropLast().reduce(1, *)
      let product = Self.complexProduct(
        down.reshaped([shape[0], rank, modes, 2]).permuted([3, 2, 0, 1]),
        up.reshaped([rank, shape[1], modes, 2]).permuted([3, 2, 0, 1]))
      return product.permuted([2, 3, 1, 0]).reshaped(shape)
    }
  }

  /// Products of complex matrices `[2, batch, rows, columns]`.
  private static func complexProduct(_ left: Variable, _ right: Variable) -> Variable {
    func part(_ variable: Variable, _ index: Int) -> Variable {
      variable.sliced(axis: 0, index..<(index + 1))
    }
    let (a, b) = (part(left, 0), part(left, 1))
    let (c, d) = (part(right, 0), part(right, 1))
    let real = a.matrixProduct(c) - b.matrixProduct(d)
    let imaginary = a.matrixProduct(d) + b.matrixProduct(c)
    return .concatenated([real, imaginary], axis: 0)
  }
}
