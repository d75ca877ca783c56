public import Autodiff
public import TensorCore

/// Batch normalization of fields in 1, 2 or 3 dimensions.
///
/// ```
/// y = γ·(x − μ) / √(σ² + ε) + β        for each channel, ε = 10⁻⁵
/// ```
///
/// In training mode μ and σ² are the mean and the variance of the channel over all samples and points of the batch, the
/// gradient flows through them (where the batch is computed in parts, over those of all parts), and every pass moves the running statistics a tenth of the way to them; the running
/// variance follows the unbiased variance of the batch. In evaluation mode μ and σ² are the running statistics. A batch
/// with a single value a channel has no variance, and leaves the running statistics alone.
///
/// | Parameter | Shape | Meaning |
/// |---|---|---|
/// | `name.weight`, `name.bias` | `[channels]` | γ, β |
/// | `name.running_mean`, `name.running_var` | `[channels]` | running statistics (buffers) |
/// | `name.num_batches_tracked` | `[]` | how many passes moved them (a buffer), exact up to 2²⁴ |
///
/// Source: Ioffe, Szegedy, *Batch Normalization*, arXiv:1502.03167, algorithms 1 and 2; names, ε and the running
/// statistics as in PyTorch.
public struct BatchNormalization: Sendable {
  /// What the parameters' names begin with.
  public let name: String
  /// The number of channels.
  public let channels: Int

  /// What is added to the variance.
  public static let epsilon: Float = 1e-5
  /// How far a pass moves the running statistics towards its own.
  public static let momentum: Float = 0.1

  /// A layer for fields with a number of channels.
  public init(name: String, channels: Int) {
    precondition(channels > 0, "batch normalization needs channels, got \(channels)")
    self.name = name
    self.channels = channels
  }

  /// The name of γ.
  public var weightName: String { "\(name).weight" }
  /// The name of β.
  public var biasName: String { "\(name).bias" }
  /// The name of the running mean.
  public var runningMeanName: String { "\(name).running_mean" }
  /// The name of the running variance.
  public var runningVarianceName: String { "\(name).running_var" }
  /// The name of the number of passes that moved the running statistics.
  public var batchCountName: String { name + Self.batchCountSuffix }
  private static let batchCountSuffix = ".num_batches_tracked"

  /// Whether a parameter is such a number of passes, of which a mean over steps would say nothing.
  ///
  /// - Parameter parameter: The parameter's full name.
  /// - Returns: Whether it is.
  package static func isBatchCount(_ parameter: String) -> Bool { parameter.hasSuffix(batchCountSuffix) }

  /// The names of what the layer changes itself.
  public var bufferNames: [String] { [runningMeanName, runningVarianceName, batchCountName] }

  /// γ = 1, β = 0, running mean 0 and variance 1.
  public var initialParameters: [(name: String, tensor: Tensor)] {
    [
      (weightName, Tensor(repeating: 1, shape: [channels])), (biasName, .zeros([channels])),
      (runningMeanName, .zeros([channels])), (runningVarianceName, Tensor(repeating: 1, shape: [channels])),
      (batchCountName, .zeros([])),
    ]
  }

  /// The layer applied to `[samples, channels, points…]`, and an activation after it in the same pass over memory.
  public func callAsFunction(
    _ x: Variable, activation: Activation = .none, _ parameters: TracedParameters
  ) -> Variable {
    let running = ChannelStatistics(
      mean: parameters[runningMeanName].value, variance: parameters[runningVarianceName].value)
    let (result, statistics) = x.normalizingChannels(
      with: parameters.isTraining ? nil : running, weight: parameters[weightName], bias: parameters[biasName],
      epsilon: Self.epsilon, activation: activation, otherParts: parameters.buffers?.otherParts)
    if let buffers = parameters.buffers {
      record(statistics, values: statistics.values ?? x.value.count / channels, in: buffers)
    }
    return result
  }

  private func record(_ statistics: ChannelStatistics, values: Int, in buffers: Buffers) {
    guard values > 1 else { return }
    let unbiased = Float(values) / Float(values - 1)
    func moved(_ old: Float, _ new: Float) -> Float { old + Self.momentum * (new - old) }
    buffers.update(runningMeanName) { $0.map(with: statistics.mean, moved) }
    buffers.update(runningVarianceName) { $0.map(with: statistics.variance) { moved($0, unbiased * $1) } }
    buffers.update(batchCountName) { $0.map { $0 + 1 } }
  }
}
