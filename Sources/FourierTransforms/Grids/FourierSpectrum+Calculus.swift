extension FourierSpectrum {
  // Each call makes the operator again; code that uses one often should keep it.

  /// The spectrum of the field's derivative ∂ⁿ/∂xₐⁿ, as described at ``SpectralGrid/derivative(axis:order:)``.
  ///
  /// - Parameters:
  ///   - axis: Along which axis of space.
  ///   - order: How often, n.
  /// - Returns: The derivative's spectrum.
  /// - Precondition: The grid has the axis, and the order is not negative.
  public func derivative(axis: Int, order: Int = 1) -> FourierSpectrum {
    grid.derivative(axis: axis, order: order)(self)
  }

  /// The spectrum of the field's Laplacian ∇²u.
  public func laplacian() -> FourierSpectrum {
    grid.laplacian(self)
  }

  /// The spectrum of the solution φ of ∇²φ = u − mean(u) that has mean zero.
  public func solvingPoisson() -> FourierSpectrum {
    grid.inverseLaplacian(self)
  }

  /// The spectrum without the modes that the 2/3 rule drops, as described at ``SpectralGrid/dealiasing``.
  public func dealiased() -> FourierSpectrum {
    grid.dealiasing(self)
  }

  /// The spectrum with every mode multiplied by a function of its squared wavenumber.
  ///
  /// - Parameter symbol: Takes |k|², gives the factor.
  /// - Returns: The filtered spectrum.
  public func multiplied(by symbol: (_ squaredWavenumber: Double) -> Double) -> FourierSpectrum {
    grid.isotropic(symbol: symbol)(self)
  }
}
