extension SpectralGrid {
  /// The derivative ∂ⁿ/∂xₐⁿ: every mode times (i·kₐ)ⁿ.
  ///
  /// Odd derivatives drop the highest frequency of an even extent. Its samples (−1)ʲ come from cos(πx/h), whose odd
  /// derivatives vanish at every point; a wave of its own sign of k, whose derivative would not, cannot be told from
  /// that one, and i·k would make the field complex. Even derivatives keep it, so the second derivative is not quite
  /// the first one taken twice: use `order: 2` for it.
  ///
  /// Source: Trefethen, *Spectral Methods in MATLAB*, SIAM 2000, chapter 3.
  ///
  /// - Parameters:
  ///   - axis: Along which axis of space.
  ///   - order: How often, n; 0 leaves fields as they are.
  /// - Returns: The operator.
  /// - Precondition: The grid has the axis, and the order is not negative.
  public func derivative(axis: Int, order: Int = 1) -> FourierMultiplier {
    precondition(
      shape.indices.contains(axis) && order >= 0,
      "a grid of \(shape) has no derivative of order \(order) along axis \(axis)")
    let powers = zip(frequencies(axis: axis), wavenumbers(axis: axis)).map { frequency, wavenumber in
      order % 2 == 1 && 2 * frequency == shape[axis]
        ? 0 : (0..<order).reduce(1) { power, _ in power * wavenumber }
    }
    let factors = shape.indices.map { other in
      other == axis ? powers : frequencies(axis: other).map { _ in 1 }
    }
    let symbol = combined(factors, from: 1, *)
    let signed = order % 4 < 2 ? symbol : symbol.map { -$0 }
    return order % 2 == 0
      ? FourierMultiplier(grid: self, real: signed)
      : FourierMultiplier(grid: self, real: symbol.map { _ in 0 }, imaginary: signed)
  }

  /// The Laplacian ∇² = Σₐ ∂²/∂xₐ²: every mode times −|k|².
  public var laplacian: FourierMultiplier {
    isotropic { -$0 }
  }

  /// The solution of Poisson's equation ∇²φ = f, with mean zero: every mode times −1/|k|².
  ///
  /// A periodic ∇²φ has mean zero, so there is a solution for f less its mean, and this is it: the mean of f is dropped.
  public var inverseLaplacian: FourierMultiplier {
    isotropic { $0 == 0 ? 0 : -1 / $0 }
  }

  /// The 2/3 rule: drops every mode of N/3 periods or more along some axis of N points.
  ///
  /// A product of two fields has twice their frequencies, and those above N/2 come back disguised as lower ones. Where
  /// neither factor has modes from N/3 on, they come back from N/3 on alone: dropped again, they leave the kept modes of
  /// the product exact.
  ///
  /// Source: Orszag, *On the Elimination of Aliasing in Finite-Difference Schemes by Filtering High-Wavenumber
  /// Components*, Journal of the Atmospheric Sciences 28 (1971), page 1074.
  public var dealiasing: FourierMultiplier {
    let kept = shape.indices.map { axis in
      frequencies(axis: axis).map { 3 * abs($0) < shape[axis] ? 1.0 : 0 }
    }
    return FourierMultiplier(grid: self, real: combined(kept, from: 1, *))
  }

  /// An operator that treats all directions alike, a function of the Laplacian: a filter, a fractional power, the
  /// solution (1 − a∇²)⁻¹ of an implicit step, ….
  ///
  /// - Parameter symbol: What a mode is multiplied by, given |k|² = Σₐ kₐ².
  /// - Returns: The operator.
  public func isotropic(symbol: (_ squaredWavenumber: Double) -> Double) -> FourierMultiplier {
    let squares = shape.indices.map { axis in wavenumbers(axis: axis).map { $0 * $0 } }
    return FourierMultiplier(grid: self, real: combined(squares, from: 0, +).map(symbol))
  }

  /// A number for each mode, row-major, from one for each of its wavenumbers.
  private func combined(
    _ axes: [[Double]], from initial: Double, _ combine: (Double, Double) -> Double
  ) -> [Double] {
    axes.reduce([initial]) { partial, axis in
      partial.flatMap { value in axis.map { combine(value, $0) } }
    }
  }
}
