package import TensorCore

extension Variable {
  /// Every channel times a number of its own, plus another: y[b, c, p] = a[c]·x[b, c, p] + m[c], with ∂L/∂x = a·g.
  ///
  /// - Parameters:
  ///   - factors: a, one for each channel of `[samples, channels, points…]`.
  ///   - constants: m, likewise; zeros if nil.
  /// - Returns: The same shape.
  /// - Precondition: There are as many numbers as channels.
  public func scaledChannels(by factors: [Float], adding constants: [Float]? = nil) -> Variable {
    let scaled = value.scaledChannels(by: factors, adding: constants)
    return .primitive(scaled, inputs: [self]) { [$0.scaledChannels(by: factors)] }
  }
}

extension Tensor {
  /// Every channel times a number of its own, plus another: y[b, c, p] = a[c]·x[b, c, p] + m[c].
  ///
  /// - Parameters:
  ///   - factors: a, one for each channel of `[samples, channels, points…]`.
  ///   - constants: m, likewise; zeros if nil.
  /// - Returns: The same shape.
  /// - Precondition: There are as many numbers as channels.
  package func scaledChannels(by factors: [Float], adding constants: [Float]? = nil) -> Tensor {
    let channels = shape.count > 1 ? shape[1] : 0
    precondition(
      factors.count == channels && constants?.count ?? channels == channels,
      "\(factors.count) factors for a tensor of shape \(shape)")
    let points = shape[2...].reduce(1, *)
    var result = Tensor(uninitialized: shape)
    let (source, target) = (storage, result.mutableStorage())
    parallelFor(shape[0] * channels) { field in
      let (from, to) = (source.base + field * points, target.base + field * points)
      let (factor, constant) = (factors[field % channels], constants?[field % channels] ?? 0)
      for point in 0..<points { to[point] = factor * from[point] + constant }
    }
    return result
  }
}
