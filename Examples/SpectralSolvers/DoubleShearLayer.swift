import Foundation
public import FourierTransforms

extension VorticityEquation {
  /// The vorticity of two thin shear layers that are about to roll up into vortices.
  ///
  /// ```
  /// u = tanh((y − ¼)/d) for y ≤ ½, tanh((¾ − y)/d) beyond        v = ε·sin 2πx
  /// ```
  ///
  /// Source: Bell, Colella and Glaz, *A Second-Order Projection Method for the Incompressible Navier-Stokes Equations*,
  /// Journal of Computational Physics 85 (1989), pages 257–283, who take d = 1/30 and ε = 0.05.
  ///
  /// - Parameters:
  ///   - thickness: d, in units of length; the grid should have several points in it.
  ///   - perturbation: ε, in units of the layers' velocity.
  /// - Returns: The spectrum of the vorticity.
  /// - Precondition: The box has sides of length 1.
  public func doubleShearLayer(thickness: Double = 1 / 30, perturbation: Double = 0.05) -> FourierSpectrum {
    precondition(grid.lengths == [1, 1], "the double shear layer lies in a unit square, not in \(grid)")
    return vorticity(
      x: grid.field { tanh(($0[1] <= 0.5 ? $0[1] - 0.25 : 0.75 - $0[1]) / thickness) },
      y: grid.field { perturbation * sin(2 * .pi * $0[0]) })
  }
}
