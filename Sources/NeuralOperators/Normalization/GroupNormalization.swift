public import Autodiff
public import TensorCore

/// Group normalization: the channels of each sample are brought to mean 0 and variance 1 group by group.
///
/// ```
/// y[b, c, ·] = γ_c·(x[b, c, ·] − μ) / √(σ² + ε) + β_c        μ, σ²: over the points and the channels of c's group
/// ```
///
/// | Parameter | Shape | Meaning |
/// |---|---|---|
/// | `name.weight`, `name.bias` | `[channels]` | γ, β |
///
/// One group is layer normalization of a whole field, a group for each channel instance normalization. Nothing depends on
/// the other samples of a batch, and there are no buffers.
///
/// Source: Wu, He, *Group Normalization*, arXiv:1803.08494, section 3; names and ε as in PyTorch.
public struct GroupNormalization: Sendable {
  /// What the parameters' names begin with.
  public let name: String
  /// The number of groups.
  public let groups: Int
  /// The number of channels.
  public let channels: Int
  /// What is added to the variance, ε.
  public let epsilon: Float

  /// A layer for fields with a number of channels.
  ///
  /// - Parameters:
  ///   - name: What the parameters' names begin with.
  ///   - groups: The number of groups, each of as many channels that follow each other.
  ///   - channels: The number of channels.
  ///   - epsilon: What is added to the variance.
  public init(name: String, groups: Int, channels: Int, epsilon: Float = 1e-5) {
    precondition(
      groups > 0 && channels > 0 && channels % groups == 0,
      "\(channels) channels cannot be normalized in \(groups) equal groups")
    self.name = name
    self.groups = groups
    self.channels = channels
    self.epsilon = epsilon
  }

  /// The name of γ.
  public var weightName: String { "\(name).weight" }
  /// The name of β.
  public var biasName: String { "\(name).bias" }

  /// γ = 1, β = 0.
  public var initialParameters: [(name: String, tensor: Tensor)] {
    [(weightName, Tensor(repeating: 1, shape: [channels])), (biasName, .zeros([channels]))]
  }

  /// The layer applied to `[samples, channels, points…]`.
  ///
  /// - Parameters:
  ///   - x: Fields, channels first.
  ///   - parameters: Hold the layer's γ and β.
  /// - Returns: A variable of the same shape.
  public func callAsFunction(_ x: Variable, _ parameters: TracedParameters) -> Variable {
    precondition(
      x.shape.count >= 2 && x.shape[1] == channels, "fields of \(channels) channels have no shape \(x.shape)")
    return x.normalizingGroups(
      groups: groups, channels: channels, points: x.shape[2...].reduce(1, *), weight: parameters[weightName],
      bias: parameters[biasName], epsilon: epsilon)
  }
}
