import Foundation

/// The exact solution of Burgers' equation that starts as a sine wave, u(x, 0) = ū + a·sin x, on a box of length 2π.
///
/// Cole and Hopf's substitution u = −2ν·∂(ln θ)/∂x turns Burgers' equation into the heat equation for θ, whose solution
/// is the initial θ averaged with a Gaussian. What is left is an average of the initial velocity, here for ū = 0:
///
/// ```
/// u(x, t) = ∫ a·sin y · e^(−G(y)/2ν) dy / ∫ e^(−G(y)/2ν) dy,    G(y) = (x − y)²/2t − a·cos y
/// ```
///
/// Nothing cancels in it, so it is accurate at any viscosity. A mean velocity carries the whole wave along:
/// u = ū + wave(x − ū·t, t). A front forms at about t = 1/a.
///
/// Source: Hopf, *The Partial Differential Equation u_t + u·u_x = μ·u_xx*, Communications on Pure and Applied Mathematics
/// 3 (1950), pages 201–230.
public struct ColeHopfWave: Sendable {
  /// The mean velocity ū.
  public let mean: Double
  /// The amplitude a.
  public let amplitude: Double
  /// The viscosity ν.
  public let viscosity: Double

  /// A wave in a fluid of the given viscosity.
  ///
  /// - Parameters:
  ///   - mean: The mean velocity.
  ///   - amplitude: The amplitude.
  ///   - viscosity: The viscosity.
  /// - Precondition: Amplitude and viscosity are positive.
  public init(mean: Double, amplitude: Double, viscosity: Double) {
    precondition(
      amplitude > 0 && viscosity > 0, "no wave of amplitude \(amplitude) with viscosity \(viscosity)")
    self.mean = mean
    self.amplitude = amplitude
    self.viscosity = viscosity
  }

  /// The velocity u(x, t).
  ///
  /// - Parameters:
  ///   - position: The point x.
  ///   - time: The time t, not negative.
  /// - Returns: The velocity to about twelve digits.
  public func velocity(at position: Double, time: Double) -> Double {
    guard time > 0 else { return mean + amplitude * sin(position) }
    let origin = position - mean * time
    // All minima of G lie within a·t of x; beyond that, G grows at least as a parabola of curvature 1/t does, and the
    // weight has fallen below e^(−50) at the reach.
    let reach = amplitude * time + (200 * viscosity * time).squareRoot()
    // The weight's peaks are at least this wide, and for Gaussians the trapezoidal rule with a step of a quarter of
    // their width is exact to machine precision.
    let width = (2 * viscosity / (1 / time + amplitude)).squareRoot()
    let count = Int((4 * reach / width).rounded(.up))
    let points = (-count...count).map { origin + reach * Double($0) / Double(count) }
    let exponents = points.map { y in
      (amplitude * cos(y) - (origin - y) * (origin - y) / (2 * time)) / (2 * viscosity)
    }
    let largest = exponents.reduce(-.infinity, max)
    let weights = exponents.map { exp($0 - largest) }
    let sum = zip(points, weights).reduce(0) { $0 + amplitude * sin($1.0) * $1.1 }
    return mean + sum / weights.reduce(0, +)
  }
}
