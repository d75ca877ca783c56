public import FourierTransforms
import TensorCore

/// An evolution equation on a periodic box whose stiff part is linear with constant coefficients.
///
/// ```
/// ∂u/∂t = L·u + N(u)
/// ```
///
/// The state is the spectrum of u. N is quadratic, computed on the points of the grid, and dealiased by the 2/3 rule, so
/// that what is solved is the equation projected onto the kept modes, without aliasing.
public protocol SemilinearEquation: Sendable {
  /// The grid of the state.
  var grid: SpectralGrid { get }
  /// L.
  var linear: FourierMultiplier { get }
  /// N(u), dealiased, for a state without modes that the 2/3 rule drops.
  func nonlinear(_ state: FourierSpectrum) -> FourierSpectrum
  /// The largest rate, in radians per unit of time, at which N turns the phase of a mode: Σₐ kₐ·max|uₐ| over the axes
  /// a, for the velocity u that carries the state and the highest kept wavenumbers k.
  ///
  /// The time step of ``IntegratingFactorRungeKutta`` times this rate should stay below 2.8.
  func advectionRate(of state: FourierSpectrum) -> Double
}

extension SemilinearEquation {
  /// Solves the equation from time 0, with equal steps of ``IntegratingFactorRungeKutta``.
  ///
  /// - Parameters:
  ///   - initial: The state at time 0; modes that the 2/3 rule drops are removed first.
  ///   - end: The time to reach.
  ///   - steps: The number of steps.
  ///   - observe: Called with the time and the state, before the first step and after each.
  /// - Returns: The state at the end.
  /// - Throws: ``DivergenceError`` as soon as the state is not finite.
  /// - Precondition: There is at least one step.
  @discardableResult
  public func evolve(
    _ initial: FourierSpectrum, to end: Double, steps: Int,
    observe: (_ time: Double, _ state: FourierSpectrum) -> Void = { _, _ in }
  ) throws(DivergenceError) -> FourierSpectrum {
    let step = IntegratingFactorRungeKutta(self, timeStep: end / Double(steps))
    var state = initial.dealiased()
    observe(0, state)
    for index in 1...steps {
      state = step(state)
      let time = end * Double(index) / Double(steps)
      guard state.coefficients.isFinite else {
        throw DivergenceError(time: time, step: index, timeStep: step.timeStep)
      }
      observe(time, state)
    }
    return state
  }

  /// The number of steps to a time with a Courant number of 1: each step times ``advectionRate(of:)`` is at most 1.
  ///
  /// - Parameters:
  ///   - end: The time to reach.
  ///   - initial: The state at time 0; the rate is taken to stay about what it is there.
  /// - Returns: The number of steps, at least one.
  public func steps(to end: Double, from initial: FourierSpectrum) -> Int {
    max(1, Int((end * advectionRate(of: initial)).rounded(.up)))
  }
}
