public import Autodiff
public import TensorCore

/// Layer normalization: each vector in the last axis is brought to mean 0 and variance 1.
///
/// ```
/// y[…, i] = γᵢ·(x[…, i] − μ) / √(σ² + ε) + βᵢ        μ, σ²: over i
/// ```
///
/// | Parameter | Shape | Meaning |
/// |---|---|---|
/// | `name.weight`, `name.bias` | `[features]` | γ, β |
///
/// Source: Ba, Kiros, Hinton, *Layer Normalization*, arXiv:1607.06450, section 3; names and ε as in PyTorch.
public struct LayerNormalization: Sendable {
  /// What the parameters' names begin with.
  public let name: String
  /// The extent of the last axis.
  public let features: Int
  /// What is added to the variance, ε.
  public let epsilon: Float

  /// A layer for vectors with a number of features.
  ///
  /// - Parameters:
  ///   - name: What the parameters' names begin with.
  ///   - features: The extent of the last axis.
  ///   - epsilon: What is added to the variance.
  public init(name: String, features: Int, epsilon: Float = 1e-5) {
    precondition(features > 0, "layer normalization needs features, got \(features)")
    self.name = name
    self.features = features
    self.epsilon = epsilon
  }

  /// The name of γ.
  public var weightName: String { "\(name).weight" }
  /// The name of β.
  public var biasName: String { "\(name).bias" }

  /// γ = 1, β = 0.
  public var initialParameters: [(name: String, tensor: Tensor)] {
    [(weightName, Tensor(repeating: 1, shape: [features])), (biasName, .zeros([features]))]
  }

  /// The layer applied to `[…, features]`.
  ///
  /// - Parameters:
  ///   - x: Vectors in the last axis.
  ///   - parameters: Hold the layer's γ and β.
  /// - Returns: A variable of the same shape.
  public func callAsFunction(_ x: Variable, _ parameters: TracedParameters) -> Variable {
    precondition(x.shape.last == features, "vectors of \(features) features have no shape \(x.shape)")
    return x.layerNormalized(
      scale: parameters[weightName], shift: parameters[biasName], epsilon: Double(epsilon))
  }
}
