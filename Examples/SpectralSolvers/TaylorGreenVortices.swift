import Foundation
import FourierTransforms
public import TensorCore

/// An array of counter-rotating vortices, carried along by a mean flow while it decays: an exact solution.
///
/// ```
/// ω(x, y, t) = ω₀ · cos(k(x − Ut)) · cos(l(y − Vt)) · e^(−ν(k² + l²)t)
/// ```
///
/// Vorticity is constant along streamlines, so the vortices do not deform each other. Seen from the grid they move, and
/// so the nonlinear term has something to do.
///
/// Source: Taylor and Green, *Mechanism of the Production of Small Eddies from Large Ones*, Proceedings of the Royal
/// Society A 158 (1937), pages 499–521; in two dimensions the production stops at the first term.
public struct TaylorGreenVortices: Sendable {
  /// The equation that they solve.
  public let equation: VorticityEquation
  /// ω₀, in units of 1/time.
  public let amplitude: Double
  /// The number of vortex pairs along x and y.
  public let pairs: (x: Int, y: Int)

  /// Vortices that fill the box of an equation.
  ///
  /// - Parameters:
  ///   - equation: The equation.
  ///   - amplitude: ω₀.
  ///   - pairs: How many pairs along x and y.
  public init(equation: VorticityEquation, amplitude: Double, pairs: (x: Int, y: Int)) {
    self.equation = equation
    self.amplitude = amplitude
    self.pairs = pairs
  }

  /// The vorticity at a time.
  public func vorticity(time: Double) -> Tensor {
    let lengths = equation.grid.lengths
    let (k, l) = (2 * .pi * Double(pairs.x) / lengths[0], 2 * .pi * Double(pairs.y) / lengths[1])
    let (driftX, driftY) = (equation.meanVelocity.x * time, equation.meanVelocity.y * time)
    let size = amplitude * exp(-equation.viscosity * (k * k + l * l) * time)
    return equation.grid.field { size * cos(k * ($0[0] - driftX)) * cos(l * ($0[1] - driftY)) }
  }
}
