public import FourierTransforms

/// One time step of fourth order for ∂u/∂t = L·u + N(u), exact in the linear part.
///
/// The classical Runge-Kutta method, applied to v = e^(−Lt)·u, which obeys ∂v/∂t = e^(−Lt)·N(e^(Lt)·v). With
/// E = e^(L·h/2) and the step h:
///
/// ```
/// N₁ = N(u)                      N₃ = N(E·u + h/2·N₂)
/// N₂ = N(E·(u + h/2·N₁))         N₄ = N(E²·u + h·E·N₃)
/// u(t + h) = E²·(u + h/6·N₁) + h/3·E·(N₂ + N₃) + h/6·N₄
/// ```
///
/// The viscous term sets no limit to the step; the nonlinear one does, see
/// ``SemilinearEquation/advectionRate(of:)``.
///
/// Source: Lawson, *Generalized Runge-Kutta Processes for Stable Systems with Large Lipschitz Constants*, SIAM Journal
/// on Numerical Analysis 4 (1967), pages 372–380.
public struct IntegratingFactorRungeKutta<Equation: SemilinearEquation>: Sendable {
  /// What is solved.
  public let equation: Equation
  /// The length of a step, h.
  public let timeStep: Double

  private let halfStep: FourierMultiplier
  private let wholeStep: FourierMultiplier

  /// The method for an equation with a fixed step.
  ///
  /// - Parameters:
  ///   - equation: What to solve.
  ///   - timeStep: The length of a step.
  public init(_ equation: Equation, timeStep: Double) {
    self.equation = equation
    self.timeStep = timeStep
    halfStep = ((timeStep / 2) * equation.linear).exponential
    wholeStep = (timeStep * equation.linear).exponential
  }

  /// The state one step later.
  public func callAsFunction(_ state: FourierSpectrum) -> FourierSpectrum {
    let first = equation.nonlinear(state)
    let second = equation.nonlinear(halfStep(state + (timeStep / 2) * first))
    let third = equation.nonlinear(halfStep(state) + (timeStep / 2) * second)
    let fourth = equation.nonlinear(wholeStep(state) + timeStep * halfStep(third))
    return wholeStep(state + (timeStep / 6) * first) + (timeStep / 3) * halfStep(second + third)
      + (timeStep / 6) * fourth
  }
}
