package import Autodiff
import CVectorMath
package import TensorCore

/// The mean and the variance of each channel.
package struct ChannelStatistics {
  package var mean: Tensor
  package var variance: Tensor

  package init(mean: Tensor, variance: Tensor) {
    self.mean = mean
    self.variance = variance
  }
}

extension Variable {
  /// Normalizes each channel, and applies an activation f: y = f(γ·(x − μ)/√(σ² + ε) + β).
  ///
  /// Only x is kept for the backward pass, which recomputes f, and y for layers that need it there. With z = γ·(x − μ)/s + β,
  /// s = √(σ² + ε), N values a channel and δ = ∂L/∂z = f′(z)·∂L/∂y:
  ///
  /// ```
  /// ∂L/∂β = Σ δ    ∂L/∂γ = Σ δ·(x − μ)/s    ∂L/∂x = γ/s·(δ − [Σ δ/N + (x − μ)/s²·Σ δ·(x − μ)/N])
  /// ```
  ///
  /// where what stands in brackets is there only if μ and σ² are those of x itself. One thread takes a whole channel: its
  /// sums are the same at any number of threads, and what is read again is still in that core's cache.
  ///
  /// - Parameters:
  ///   - given: μ and σ²; nil for those of the batch.
  ///   - weight: γ, `[channels]`.
  ///   - bias: β, `[channels]`.
  ///   - epsilon: ε.
  ///   - activation: f.
  /// - Returns: y, and the statistics that were used.
  package func normalizingChannels(
    with given: ChannelStatistics?, weight: Variable, bias: Variable, epsilon: Float, activation: Activation
  ) -> (result: Variable, statistics: ChannelStatistics) {
    let channels = ChannelRows(shape)
    precondition(
      weight.shape == [channels.count] && bias.shape == [channels.count],
      "weight \(weight.shape) and bias \(bias.shape) do not fit \(channels.count) channels")
    let (x, gamma, beta) = (value, weight.value, bias.value)
    let statistics = given ?? channels.statistics(of: x)
    let scales = gamma.map(with: statistics.variance) { $0 / ($1 + epsilon).squareRoot() }
    func normalization(_ channel: Int) -> vm_normalization {
      vm_normalization(
        mean: statistics.mean.storage.base[channel], scale: scales.storage.base[channel],
        shift: beta.storage.base[channel])
    }
    func output() -> Tensor {
      var result = Tensor(uninitialized: x.shape)
      let y = result.mutableStorage()
      channels.forEach { channel, start, rows in
        var to = normalization(channel)
        switch activation {
        case .none: vm_normalize(rows, &to, y.base + start, x.storage.base + start)
        case .tanh: vm_normalize_tanh(rows, &to, y.base + start, x.storage.base + start)
        }
      }
      return result
    }

    let variable = Variable.primitive(output(), inputs: [self, weight, bias], recompute: output) { gradient in
      var inputGradient = Tensor(uninitialized: x.shape)
      var (weightGradient, biasGradient) = (
        Tensor(uninitialized: gamma.shape), Tensor(uninitialized: beta.shape)
      )
      let (g, dx) = (gradient.storage, inputGradient.mutableStorage())
      let (dGamma, dBeta) = (weightGradient.mutableStorage(), biasGradient.mutableStorage())
      channels.forEach { channel, start, rows in
        let (source, target) = (x.storage.base + start, dx.base + start)
        var delta = UnsafePointer(g.base + start)
        var to = normalization(channel)
        var sums = vm_gradient_sums()
        switch activation {
        case .none: vm_normalize_gradient(rows, &to, delta, source, &sums)
        case .tanh:
          vm_normalize_tanh_gradient(rows, &to, target, delta, source, &sums)
          delta = UnsafePointer(target)
        }
        let spread = Double(statistics.variance.storage.base[channel] + epsilon)
        dBeta.base[channel] = Float(sums.plain)
        dGamma.base[channel] = Float(sums.weighted / spread.squareRoot())
        let share = given == nil ? Double(to.scale) / channels.values : 0
        vm_normalize_input_gradient(
          rows, &to, target, delta, source, Float(-share * sums.weighted / spread), Float(-share * sums.plain)
        )
      }
      return [inputGradient, weightGradient, biasGradient]
    }
    return (variable, statistics)
  }
}

/// The layout of the values of each channel in `[samples, channels, points…]`.
private struct ChannelRows {
  /// The number of channels.
  let count: Int
  /// The number of values in a channel.
  let values: Double
  private let points: Int
  private let rows: vm_channel

  init(_ shape: [Int]) {
    count = shape[1]
    points = shape[2...].reduce(1, *)
    rows = vm_channel(rows: shape[0], count: points, stride: count * points)
    values = Double(shape[0] * points)
  }

  /// Calls `body` for every channel, in parallel, with where its values begin.
  func forEach(_ body: (_ channel: Int, _ start: Int, _ rows: UnsafePointer<vm_channel>) -> Void) {
    parallelFor(count) { channel in
      withUnsafePointer(to: rows) { body(channel, channel * points, $0) }
    }
  }

  /// The mean and the biased variance of each channel.
  func statistics(of x: Tensor) -> ChannelStatistics {
    var (means, variances) = (Tensor(uninitialized: [count]), Tensor(uninitialized: [count]))
    let (mean, variance) = (means.mutableStorage(), variances.mutableStorage())
    forEach { channel, start, rows in
      let source = x.storage.base + start
      mean.base[channel] = Float(vm_channel_sum(rows, source) / values)
      variance.base[channel] = Float(vm_channel_squares(rows, source, mean.base[channel]) / values)
    }
    return ChannelStatistics(mean: means, variance: variances)
  }
}
