import TensorCore

extension Variable {
  /// Mixes the channels at every point: y[b, o, p] = Σᵢ W[o, i] · x[b, i, p] + c[o].
  ///
  /// The same as a convolution whose kernel has one point, or a linear layer applied to the channel axis.
  ///
  /// - Parameters:
  ///   - weight: W, of shape `[outputs, inputs]`; axes of extent 1 may follow, as in a convolution's weight.
  ///   - bias: c, of shape `[outputs]`.
  /// - Returns: `[samples, outputs, points…]` for a variable of shape `[samples, inputs, points…]`.
  public func mixingChannels(weight: Variable, bias: Variable) -> Variable {
    let (samples, inputs, outputs) = (shape[0], shape[1], weight.shape[0])
    let points = shape[2...].reduce(1, *)
    precondition(
      weight.value.count == outputs * inputs && bias.value.count == outputs,
      "weight \(weight.shape) and bias \(bias.shape) do not fit \(inputs) input channels")

    var result = Tensor(uninitialized: [samples, outputs] + shape[2...])
    let (x, w, c, y) = (value.storage, weight.value.storage, bias.value.storage, result.mutableStorage())
    parallelFor(samples) { sample in
      let target = y.base + sample * outputs * points
      for channel in 0..<outputs {
        (target + channel * points).update(repeating: c.base[channel], count: points)
      }
      BLAS.multiply(
        rows: outputs, columns: points, inner: inputs, w.base, stride: inputs,
        x.base + sample * inputs * points, stride: points, into: target, stride: points, beta: 1)
    }

    let (inputShape, weightShape, needsInput, input) = (shape, weight.shape, needsGradient, valueForPullback)
    let (needsWeight, needsBias) = (weight.needsGradient, bias.needsGradient)
    return .primitive(result, inputs: [self, weight, bias]) { gradient in
      let (g, x) = (gradient.storage, needsWeight ? input().storage : nil)
      var weightPartials = needsWeight ? Tensor(uninitialized: [samples, outputs, inputs]) : nil
      let partial = weightPartials?.mutableStorage()
      var inputGradient = needsInput ? Tensor(uninitialized: inputShape) : nil
      let target = inputGradient?.mutableStorage()
      parallelFor(samples) { sample in
        let rows = g.base + sample * outputs * points
        if let partial, let x {
          BLAS.multiply(
            rows: outputs, columns: inputs, inner: points, rows, stride: points,
            x.base + sample * inputs * points, .transposed, stride: points,
            into: partial.base + sample * outputs * inputs, stride: inputs)
        }
        guard let target else { return }
        BLAS.multiply(
          rows: inputs, columns: points, inner: outputs, w.base, .transposed, stride: inputs,
          rows, stride: points, into: target.base + sample * inputs * points, stride: points)
      }
      return [
        inputGradient, weightPartials?.summedOverFirstAxis(shape: weightShape),
        needsBias ? gradient.summedOverSamplesAndPoints() : nil,
      ]
    }
  }
}
