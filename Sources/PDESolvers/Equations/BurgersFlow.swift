import FourierTransforms
public import TensorCore

/// Burgers' equation on a periodic line: waves that steepen into fronts.
///
/// ```
/// ∂u/∂t + ∂(u²/2)/∂x = (ν/π)·∂²u/∂x²,   0 ≤ x < 1 periodic
/// ```
///
/// The equation, with its π, of PDEBench's `1D_Burgers_Sols_Nu….hdf5`. Fronts may be thinner than a cell, so the
/// nonlinear term is a finite volume scheme: limited linear reconstruction (van Leer's monotonised central limiter),
/// Godunov's flux, Heun's rule at a Courant number of 0.4. Diffusion is exact in Fourier space, whatever ν; the two take
/// turns (Strang's splitting). Values of u never leave the range of the initial ones, so the step is chosen once a
/// frame. Second order in smooth flow, first order at fronts. Single precision.
///
/// Source: Takamoto et al., *PDEBench*, arXiv:2210.07182, appendix D.2; van Leer, J. Comput. Phys. 23 (1977) 276;
/// Strang, SIAM J. Numer. Anal. 5 (1968) 506.
public struct BurgersFlow: Sendable {
  /// PDEBench's ν: π times the diffusivity.
  public let viscosity: Double
  /// The cells and frames.
  public let grid: LineGrid

  private static let courantNumber = 0.4

  private let spectral: SpectralGrid

  /// Flows of a viscosity.
  ///
  /// - Parameters:
  ///   - viscosity: ν.
  ///   - grid: The cells and frames.
  /// - Throws: ``SolverError/outOfRange(quantity:value:allowed:)`` for a negative viscosity.
  public init(viscosity: Double, grid: LineGrid) throws(SolverError) {
    try SolverError.check("viscosity nu", viscosity, "zero or positive") { $0 >= 0 }
    self.viscosity = viscosity
    self.grid = grid
    spectral = SpectralGrid(shape: [grid.resolution], lengths: [1])
  }

  /// Computes the frames that follow from an initial function.
  ///
  /// - Parameter initial: The function at time 0, with period 1.
  /// - Returns: The values at the cells' centers, `[time, 1, x]`, and the number of time steps.
  /// - Throws: ``SolverError/diverged(time:)`` if the values do not stay finite, and
  ///   ``SolverError/outOfRange(quantity:value:allowed:)`` for more than 1e9 time steps.
  public func solve(
    initial: (_ position: Double) -> Double
  ) throws(SolverError) -> (frames: Tensor, steps: Int) {
    let times = grid.times
    var state = Tensor(grid.coordinates.map { Float(initial($0)) }, shape: [grid.resolution])
    var elements = state.elements
    var steps = 0
    for time in times.dropLast() {
      let speed = Double(state.elements.reduce(0) { max($0, abs($1)) })
      // A maximum passes over NaN.
      guard state.isFinite, speed < 1e6 else { throw .diverged(time: time) }
      let needed = (grid.saveInterval * speed * Double(grid.resolution) / Self.courantNumber).rounded(.up)
      try SolverError.checkSteps(Double(steps) + needed)
      let count = max(Int(needed), 1)
      advance(&state, by: grid.saveInterval, steps: count)
      steps += count
      elements += state.elements
    }
    guard state.isFinite else { throw .diverged(time: grid.finalTime) }
    return (Tensor(elements, shape: [times.count, 1, grid.resolution]), steps)
  }

  private func advance(_ state: inout Tensor, by time: Double, steps: Int) {
    let step = time / Double(steps)
    let diffusivity = viscosity / .pi
    let ratio = Float(step * Double(grid.resolution))
    if diffusivity == 0 {
      for _ in 0..<steps { BurgersKernel.advance(&state, ratio: ratio) }
      return
    }
    let half = ((step / 2 * diffusivity) * spectral.laplacian).exponential
    let whole = ((step * diffusivity) * spectral.laplacian).exponential
    state = half(spectral.spectrum(of: state)).field
    for index in 0..<steps {
      BurgersKernel.advance(&state, ratio: ratio)
      state = (index < steps - 1 ? whole : half)(spectral.spectrum(of: state)).field
    }
  }
}

/// The loop over cells of the nonlinear term.
private enum BurgersKernel {
  /// A step of Heun's rule; `ratio` is Δt/Δx.
  static func advance(_ state: inout Tensor, ratio: Float) {
    let count = state.count
    var first = Tensor(uninitialized: [count])
    state.withUnsafeElements { old in
      first.withUnsafeMutableElements { target in euler(old, into: target, ratio: ratio) }
    }
    var second = Tensor(uninitialized: [count])
    first.withUnsafeElements { old in
      second.withUnsafeMutableElements { target in euler(old, into: target, ratio: ratio) }
    }
    state.withUnsafeMutableElements { state in
      second.withUnsafeElements { second in
        for cell in 0..<count { state[cell] = 0.5 * (state[cell] + second[cell]) }
      }
    }
  }

  /// An explicit step of Euler's.
  private static func euler(
    _ u: UnsafeBufferPointer<Float>, into target: UnsafeMutableBufferPointer<Float>, ratio: Float
  ) {
    let count = u.count
    func value(_ cell: Int) -> Float { u[(cell + count) % count] }
    // The flux through the face below cell 0.
    var below = flux(value(-2), value(-1), value(0), value(1))
    for cell in 0..<count {
      let isInside = cell >= 1 && cell + 2 < count
      let above =
        isInside
        ? flux(u[cell - 1], u[cell], u[cell + 1], u[cell + 2])
        : flux(value(cell - 1), value(cell), value(cell + 1), value(cell + 2))
      target[cell] = u[cell] - ratio * (above - below)
      below = above
    }
  }

  /// Godunov's flux of u²/2 through the face between b and c.
  private static func flux(_ a: Float, _ b: Float, _ c: Float, _ d: Float) -> Float {
    let left = max(b + halfSlope(b - a, c - b), 0)
    let right = min(c - halfSlope(c - b, d - c), 0)
    return 0.5 * max(left * left, right * right)
  }

  /// Half of the limited slope, from the differences to the two neighbors.
  private static func halfSlope(_ below: Float, _ above: Float) -> Float {
    guard below * above > 0 else { return 0 }
    let size = min(min(abs(below), abs(above)), 0.25 * abs(below + above))
    return below > 0 ? size : -size
  }
}
