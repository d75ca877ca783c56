package import Autodiff
import CVectorMath
import TensorCore

extension Variable {
  /// Normalizes each group of channels of each sample: y = γ·(x − μ)/√(σ² + ε) + β, with γ and β for each channel.
  ///
  /// With x̂ = (x − μ)/√(σ² + ε), N values a group and g = ∂L/∂y:
  ///
  /// ```
  /// ∂L/∂β = Σ g    ∂L/∂γ = Σ g·x̂    ∂L/∂x = (γ·g − [Σ γ·g/N + x̂·Σ γ·g·x̂/N]) / √(σ² + ε)
  /// ```
  ///
  /// The first two are summed over samples in blocks whose size follows from the shape alone, so that the bits do not
  /// depend on the number of threads.
  ///
  /// - Parameters:
  ///   - groups: The number of groups; it divides the channels.
  ///   - channels: The number of channels.
  ///   - points: The number of values of a channel of a sample; these three and the samples make up the variable.
  ///   - weight: γ, `[channels]`.
  ///   - bias: β, `[channels]`.
  ///   - epsilon: ε.
  /// - Returns: y, of the variable's shape.
  package func normalizingGroups(
    groups: Int, channels: Int, points: Int, weight: Variable, bias: Variable, epsilon: Float
  ) -> Variable {
    precondition(
      channels % groups == 0 && weight.shape == [channels] && bias.shape == [channels]
        && value.count % max(channels * points, 1) == 0,
      "\(groups) groups of \(channels) channels with weight \(weight.shape) do not fit the shape \(shape)")
    let rows = GroupRows(
      samples: value.count / max(channels * points, 1), groups: groups, channels: channels / groups,
      points: points)
    let statistics = rows.statistics(of: value, epsilon: epsilon)
    var result = Tensor(uninitialized: shape)
    let (x, y) = (value.storage, result.mutableStorage())
    let (gamma, beta, s) = (weight.value.storage, bias.value.storage, statistics.storage)
    rows.forEach { row, start in
      let (mean, scale) = (s.base[2 * row], s.base[2 * row + 1])
      let firstChannel = rows.firstChannel(of: row)
      for channel in 0..<rows.channels {
        let slope = scale * gamma.base[firstChannel + channel]
        let shift = beta.base[firstChannel + channel]
        let first = start + channel * points
        for place in first..<first + points { y.base[place] = (x.base[place] - mean) * slope + shift }
      }
    }
    let input = valueForPullback
    return .primitive(result, inputs: [self, weight, bias]) { gradient in
      rows.gradients(of: input(), statistics, gamma: weight.value, from: gradient)
    }
  }
}

/// The layout of the groups of channels of each sample in a tensor: one after the other.
private struct GroupRows {
  let samples: Int
  let groups: Int
  /// The channels of a group.
  let channels: Int
  let points: Int

  private var length: Int { channels * points }
  private var count: Int { samples * groups }

  func firstChannel(of row: Int) -> Int { row % groups * channels }

  /// Calls `body` for every group of every sample, in parallel, with where it begins.
  func forEach(_ body: (_ row: Int, _ start: Int) -> Void) {
    parallelForRows(count, length: length) { rows in
      for row in rows { body(row, row * length) }
    }
  }

  /// The mean and 1/√(σ² + ε) of each group, `[rows, 2]`.
  func statistics(of x: Tensor, epsilon: Float) -> Tensor {
    var result = Tensor(uninitialized: [count, 2])
    let (source, target) = (x.storage, result.mutableStorage())
    forEach { row, start in
      let mean = Float(vm_precise_sum(source.base + start, length) / Double(length))
      let variance = vm_squared_deviations(source.base + start, length, mean) / Double(length)
      target.base[2 * row] = mean
      target.base[2 * row + 1] = Float(1 / (variance + Double(epsilon)).squareRoot())
    }
    return result
  }

  /// ∂L/∂x, ∂L/∂γ and ∂L/∂β.
  func gradients(of x: Tensor, _ statistics: Tensor, gamma: Tensor, from gradient: Tensor) -> [Tensor?] {
    let all = groups * channels
    // As many samples as make a task worth a thread leave one partial sum.
    let block = max((1 << 14) / max(groups * length, 1), 1)
    let blocks = (samples + block - 1) / block
    var inputGradient = Tensor(uninitialized: gradient.shape)
    var (weightPartials, biasPartials) = (Tensor.zeros([blocks, all]), Tensor.zeros([blocks, all]))
    let (dx, dGamma, dBeta) = (
      inputGradient.mutableStorage(), weightPartials.mutableStorage(), biasPartials.mutableStorage()
    )
    let (x, g, s, gamma) = (x.storage, gradient.storage, statistics.storage, gamma.storage)
    parallelFor(blocks * groups) { task in
      let (part, group) = task.quotientAndRemainder(dividingBy: groups)
      let (weight, bias) = (dGamma.base + part * all, dBeta.base + part * all)
      for sample in (part * block)..<min((part + 1) * block, samples) {
        let row = sample * groups + group
        let (mean, scale) = (s.base[2 * row], s.base[2 * row + 1])
        var (plain, weighted) = (0.0, 0.0)
        for channel in 0..<channels {
          let first = row * length + channel * points
          let number = group * channels + channel
          var (sum, product) = (0.0, 0.0)
          for place in first..<first + points {
            sum += Double(g.base[place])
            product += Double(g.base[place] * (x.base[place] - mean))
          }
          product *= Double(scale)
          bias[number] += Float(sum)
          weight[number] += Float(product)
          plain += Double(gamma.base[number]) * sum
          weighted += Double(gamma.base[number]) * product
        }
        let (offset, slope) = (Float(plain / Double(length)), scale * Float(weighted / Double(length)))
        for channel in 0..<channels {
          let first = row * length + channel * points
          let factor = gamma.base[group * channels + channel]
          for place in first..<first + points {
            dx.base[place] = scale * (factor * g.base[place] - offset - (x.base[place] - mean) * slope)
          }
        }
      }
    }
    return [
      inputGradient, weightPartials.summedOverFirstAxis(shape: [all]),
      biasPartials.summedOverFirstAxis(shape: [all]),
    ]
  }
}
