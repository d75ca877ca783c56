package import Autodiff
import CVectorMath
package import TensorCore

/// The mean and the variance of each channel.
package struct ChannelStatistics {
  package var mean: Tensor
  package var variance: Tensor
  /// The number of values in a channel that they are of, where these are not all in one place.
  var values: Int?

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
  ///   - otherParts: Where x is a part of the batch, the other parts; μ, σ² and the sums over x in ∂L/∂x are then those of all,
  ///     added part by part, and ∂L/∂γ and ∂L/∂β those of this part.
  /// - Returns: y, and the statistics that were used.
  package func normalizingChannels(
    with given: ChannelStatistics?, weight: Variable, bias: Variable, epsilon: Float, activation: Activation,
    otherParts: (any BatchParts)? = nil
  ) -> (result: Variable, statistics: ChannelStatistics) {
    let channels = ChannelRows(shape)
    precondition(
      weight.shape == [channels.count] && bias.shape == [channels.count],
      "weight \(weight.shape) and bias \(bias.shape) do not fit \(channels.count) channels")
    let (x, gamma, beta) = (value, weight.value, bias.value)
    let statistics =
      given ?? otherParts.map { channels.statistics(of: x, with: $0) } ?? channels.statistics(of: x)
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
      /// Σ δ and Σ δ·(x − μ) of a channel, with δ in its place, which is returned.
      func sums(_ channel: Int, _ start: Int, _ rows: UnsafePointer<vm_channel>) -> (
        vm_gradient_sums, delta: UnsafePointer<Float>
      ) {
        let (source, delta) = (x.storage.base + start, UnsafePointer(g.base + start))
        var to = normalization(channel)
        var sums = vm_gradient_sums()
        defer {
          let spread = Double(statistics.variance.storage.base[channel] + epsilon)
          dBeta.base[channel] = Float(sums.plain)
          dGamma.base[channel] = Float(sums.weighted / spread.squareRoot())
        }
        switch activation {
        case .none:
          vm_normalize_gradient(rows, &to, delta, source, &sums)
          return (sums, delta)
        case .tanh:
          vm_normalize_tanh_gradient(rows, &to, dx.base + start, delta, source, &sums)
          return (sums, UnsafePointer(dx.base + start))
        }
      }
      func finish(
        _ channel: Int, _ start: Int, _ rows: UnsafePointer<vm_channel>, _ delta: UnsafePointer<Float>,
        plain: Double, weighted: Double, values: Double
      ) {
        var to = normalization(channel)
        let spread = Double(statistics.variance.storage.base[channel] + epsilon)
        let share = given == nil ? Double(to.scale) / values : 0
        vm_normalize_input_gradient(
          rows, &to, dx.base + start, delta, x.storage.base + start, Float(-share * weighted / spread),
          Float(-share * plain))
      }
      if given == nil, let otherParts {
        let count = channels.count
        let own = parallelMap(count) { channel in
          channels.withRows(channel) { start, rows in sums(channel, start, rows).0 }
        }
        let all = otherParts.gather(own.map(\.plain) + own.map(\.weighted))
        channels.forEach { channel, start, rows in
          let delta: UnsafePointer<Float> =
            switch activation {
            case .none: UnsafePointer(g.base + start)
            case .tanh: UnsafePointer(dx.base + start)
            }
          finish(
            channel, start, rows, delta, plain: all.reduce(0) { $0 + $1[channel] },
            weighted: all.reduce(0) { $0 + $1[count + channel] },
            values: statistics.values.map(Double.init) ?? channels.values)
        }
      } else {
        channels.forEach { channel, start, rows in
          let (sums, delta) = sums(channel, start, rows)
          finish(
            channel, start, rows, delta, plain: sums.plain, weighted: sums.weighted, values: channels.values)
        }
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

  /// Calls `body` with where a channel's values are.
  func withRows<Result>(
    _ channel: Int, _ body: (_ start: Int, _ rows: UnsafePointer<vm_channel>) -> Result
  ) -> Result {
    withUnsafePointer(to: rows) { body(channel * points, $0) }
  }

  /// The mean and the biased variance of each channel over all parts of a batch.
  ///
  /// Every part has the number n of its values, their mean m and the sum M of the squared deviations from it; these are joined
  /// from the first part to the last by the update of Chan, Golub and LeVeque (*Updating Formulae and a Pairwise Algorithm
  /// for Computing Sample Variances*, 1979), so that one exchange suffices.
  ///
  /// - Parameters:
  ///   - x: The values of one part.
  ///   - otherParts: The others.
  /// - Returns: The statistics of all.
  func statistics(of x: Tensor, with otherParts: any BatchParts) -> ChannelStatistics {
    let own = parallelMap(count) { channel in
      withRows(channel) { start, rows in
        let source = x.storage.base + start
        let mean = vm_channel_sum(rows, source) / values
        let center = Float(mean)
        let offset = mean - Double(center)
        return (mean, vm_channel_squares(rows, source, center) - values * offset * offset)
      }
    }
    let all = otherParts.gather([values] + own.map(\.0) + own.map(\.1))
    var (means, variances) = (Tensor(uninitialized: [count]), Tensor(uninitialized: [count]))
    let (mean, variance) = (means.mutableStorage(), variances.mutableStorage())
    for channel in 0..<count {
      var (total, center, squares) = (0.0, 0.0, 0.0)
      for part in all {
        let (values, difference) = (part[0], part[1 + channel] - center)
        let joined = total + values
        center += difference * values / joined
        squares += part[1 + count + channel] + difference * difference * total * values / joined
        total = joined
      }
      mean.base[channel] = Float(center)
      variance.base[channel] = Float(squares / total)
    }
    var statistics = ChannelStatistics(mean: means, variance: variances)
    statistics.values = Int(all.reduce(0) { $0 + $1[0] })
    return statistics
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
