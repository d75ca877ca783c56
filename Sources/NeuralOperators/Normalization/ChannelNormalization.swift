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
  /// where what stands in brackets is there only if μ and σ² are those of x itself. One thread takes whole channels: their
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
    func normalizations(_ channels: Range<Int>) -> [vm_normalization] {
      channels.map {
        vm_normalization(
          mean: statistics.mean.storage.base[$0], scale: scales.storage.base[$0], shift: beta.storage.base[$0]
        )
      }
    }
    func output() -> Tensor {
      var result = Tensor(uninitialized: x.shape)
      let y = result.mutableStorage()
      channels.forEachGroup { group, start, rows in
        let to = normalizations(group)
        switch activation {
        case .none: vm_normalize(rows, to, y.base + start, x.storage.base + start)
        case .tanh: vm_normalize_tanh(rows, to, y.base + start, x.storage.base + start)
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
      func spread(_ channel: Int) -> Double {
        Double(statistics.variance.storage.base[channel] + epsilon)
      }
      /// Σ δ and Σ δ·(x − μ) of channels; δ is then where g is, or with an activation where ∂L/∂x will be.
      func sums(_ group: Range<Int>, _ start: Int, _ rows: UnsafePointer<vm_channels>) -> [vm_gradient_sums] {
        var sums = Array(repeating: vm_gradient_sums(), count: group.count)
        let (to, source) = (normalizations(group), x.storage.base + start)
        switch activation {
        case .none: vm_normalize_gradient(rows, to, g.base + start, source, &sums)
        case .tanh: vm_normalize_tanh_gradient(rows, to, dx.base + start, g.base + start, source, &sums)
        }
        for (channel, sum) in zip(group, sums) {
          dBeta.base[channel] = Float(sum.plain)
          dGamma.base[channel] = Float(sum.weighted / spread(channel).squareRoot())
        }
        return sums
      }
      func finish(
        _ group: Range<Int>, _ start: Int, _ rows: UnsafePointer<vm_channels>, _ sums: [vm_gradient_sums],
        values: Double
      ) {
        let to = normalizations(group)
        let corrections = zip(group, zip(to, sums)).map { channel, found in
          let (normalization, sum) = found
          let share = given == nil ? Double(normalization.scale) / values : 0
          return vm_correction(
            slope: Float(-share * sum.weighted / spread(channel)), offset: Float(-share * sum.plain))
        }
        let delta =
          switch activation {
          case .none: UnsafePointer(g.base + start)
          case .tanh: UnsafePointer(dx.base + start)
          }
        vm_normalize_input_gradient(rows, to, corrections, dx.base + start, delta, x.storage.base + start)
      }
      if given == nil, let otherParts {
        let count = channels.count
        let own = channels.mapGroups(sums).flatMap { $0 }
        let all = otherParts.gather(own.map(\.plain) + own.map(\.weighted))
        let joined = (0..<count).map { channel in
          vm_gradient_sums(
            plain: all.reduce(0) { $0 + $1[channel] }, weighted: all.reduce(0) { $0 + $1[count + channel] })
        }
        channels.forEachGroup { group, start, rows in
          finish(
            group, start, rows, Array(joined[group]),
            values: statistics.values.map(Double.init) ?? channels.values)
        }
      } else {
        channels.forEachGroup { group, start, rows in
          finish(group, start, rows, sums(group, start, rows), values: channels.values)
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
  private let samples: Int
  /// Channels that are taken together. Those of few points have them in pieces that are shorter than what it costs to find the next one.
  private let groups: [Range<Int>]

  init(_ shape: [Int]) {
    count = shape[1]
    points = shape[2...].reduce(1, *)
    samples = shape[0]
    values = Double(shape[0] * points)
    let count = shape[1]
    let most = min(max(256 / points, 1), Int(VM_MOST_CHANNELS))
    groups = stride(from: 0, to: count, by: most).map { $0..<min($0 + most, count) }
  }

  /// What `body` gives for every group of channels, in parallel, from where their values are.
  func mapGroups<Result>(
    _ body: (_ group: Range<Int>, _ start: Int, _ rows: UnsafePointer<vm_channels>) -> Result
  ) -> [Result] {
    parallelMap(groups.count) { index in
      let group = groups[index]
      let rows = vm_channels(channels: group.count, count: points, rows: samples, stride: count * points)
      return withUnsafePointer(to: rows) { body(group, group.lowerBound * points, $0) }
    }
  }

  /// Calls `body` for every group of channels, in parallel, with where their values are.
  func forEachGroup(
    _ body: (_ group: Range<Int>, _ start: Int, _ rows: UnsafePointer<vm_channels>) -> Void
  ) {
    _ = mapGroups(body)
  }

  /// The means of channels, and the sums of squared deviations from what these are in single precision.
  private func moments(
    of x: Tensor, _ group: Range<Int>, _ start: Int, _ rows: UnsafePointer<vm_channels>
  ) -> [(mean: Double, squares: Double)] {
    var (sums, squares) = (
      Array(repeating: 0.0, count: group.count), Array(repeating: 0.0, count: group.count)
    )
    vm_channel_sums(rows, x.storage.base + start, &sums)
    let centers = sums.map { vm_normalization(mean: Float($0 / values), scale: 1, shift: 0) }
    vm_channel_squares(rows, centers, x.storage.base + start, &squares)
    return zip(sums, squares).map { ($0 / values, $1) }
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
    let own = mapGroups { group, start, rows in
      moments(of: x, group, start, rows).map { mean, squares in
        let offset = mean - Double(Float(mean))
        return (mean, squares - values * offset * offset)
      }
    }.flatMap { $0 }
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
    forEachGroup { group, start, rows in
      for (channel, moments) in zip(group, moments(of: x, group, start, rows)) {
        mean.base[channel] = Float(moments.mean)
        variance.base[channel] = Float(moments.squares / values)
      }
    }
    return ChannelStatistics(mean: means, variance: variances)
  }
}
