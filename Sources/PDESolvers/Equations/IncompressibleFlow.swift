import Foundation
import FourierTransforms
public import TensorCore

/// Incompressible flow on a periodic unit square, driven by a constant force, with particles carried along.
///
/// ```
/// ∂v/∂t + (v·∇)v = −∇p + ν∇²v + f,   ∇·v = 0
/// ∂c/∂t + v·∇c   = (ν/10)∇²c
/// ```
///
/// Computed as vorticity ω = ∂v/∂x − ∂u/∂y in Fourier space: v = ∇×ψ with ∇²ψ = −ω, products dealiased by the 2/3 rule,
/// the classical fourth-order Runge-Kutta method with diffusion as an integrating factor. The mean velocity is zero and
/// stays so. Single precision. PDEBench's `ns_incom_inhom_2d_512-….h5` solve the same equations between walls, where
/// v = 0; the periodic flow here has no walls.
///
/// Source: Takamoto et al., *PDEBench*, arXiv:2210.07182, appendix D; Canuto et al., *Spectral Methods*, Springer 2007,
/// section 3.3.
public struct IncompressibleFlow: Sendable {
  /// The kinematic viscosity ν; the diffusivity of the particles is a tenth of it.
  public let viscosity: Double
  /// The cells along each axis, and the frames.
  public let grid: LineGrid

  private static let courantNumber = 0.5

  private let spectral: SpectralGrid
  private let slopeX: FourierMultiplier
  private let slopeY: FourierMultiplier
  private let stream: FourierMultiplier
  private let dealiasing: FourierMultiplier

  /// What a flow starts from, and what drives it.
  public struct Initial: Sendable {
    /// The velocity, `[2, x, y]`; its divergence and mean are left out.
    public let velocity: Tensor
    /// The density of particles, `[x, y]`.
    public let particles: Tensor
    /// The force, `[2, x, y]`; its divergence and mean are left out.
    public let force: Tensor

    /// An initial state.
    ///
    /// - Parameters:
    ///   - velocity: The velocity, `[2, x, y]`.
    ///   - particles: The density of particles, `[x, y]`.
    ///   - force: The force, `[2, x, y]`.
    public init(velocity: Tensor, particles: Tensor, force: Tensor) {
      self.velocity = velocity
      self.particles = particles
      self.force = force
    }
  }

  /// Flows of a viscosity.
  ///
  /// - Parameters:
  ///   - viscosity: ν.
  ///   - grid: The cells along each axis, and the frames.
  /// - Throws: ``SolverError`` for a viscosity that is not positive, or more values than can be handled.
  public init(viscosity: Double, grid: LineGrid) throws(SolverError) {
    try SolverError.check("viscosity nu", viscosity, "positive") { $0 > 0 }
    let shape = [grid.resolution, grid.resolution]
    try SolverError.checkSize(frames: grid.times.count, variables: 3, resolution: shape)
    self.viscosity = viscosity
    self.grid = grid
    spectral = SpectralGrid(shape: shape, lengths: [1, 1])
    slopeX = spectral.derivative(axis: 0)
    slopeY = spectral.derivative(axis: 1)
    stream = -1 * spectral.inverseLaplacian
    dealiasing = spectral.dealiasing
  }

  /// A random initial state and force.
  ///
  /// Waves up to wavenumber 8 with normal amplitudes: the velocity's fall as k⁻³ and have a mean size of 0.15, the
  /// force's as k⁻¹ with 0.4; the particles' density is 1 ± 0.3, its waves falling as k⁻².
  ///
  /// - Parameters:
  ///   - seed: The seed of the data set.
  ///   - sample: The number of the sample.
  ///   - attempt: Zero, or how often the sample's flow has failed before.
  /// - Returns: The state.
  public func randomInitial(seed: UInt64, sample: Int, attempt: Int = 0) -> Initial {
    var generator = CounterGenerator(seed: seed, purpose: .initialState, epoch: attempt, index: sample)
    let fields = GaussianField(resolution: spectral.shape, highest: 8)
    func field(_ power: Double) -> [Double] { fields.sample(&generator) { pow($0, power) } }
    func vector(_ power: Double, size: Double) -> Tensor {
      let components = [field(power), field(power)]
      let scale = size / components.joined().map { $0 }.rootMeanSquare
      return Tensor(components.joined().map { Float(scale * $0) }, shape: [2] + spectral.shape)
    }
    let velocity = vector(-3, size: 0.15)
    let force = vector(-1, size: 0.4)
    let density = field(-2)
    let scale = 0.3 / density.rootMeanSquare
    return Initial(
      velocity: velocity, particles: Tensor(density.map { Float(1 + scale * $0) }, shape: spectral.shape),
      force: force)
  }

  /// Vorticity and particles in Fourier space.
  private struct State {
    var vorticity: FourierSpectrum
    var particles: FourierSpectrum

    static func + (left: State, right: State) -> State {
      State(vorticity: left.vorticity + right.vorticity, particles: left.particles + right.particles)
    }

    static func * (scale: Double, state: State) -> State {
      State(vorticity: scale * state.vorticity, particles: scale * state.particles)
    }

    func applying(_ diffusion: Diffusion) -> State {
      State(vorticity: diffusion.vorticity(vorticity), particles: diffusion.particles(particles))
    }
  }

  /// What diffusion does in some time.
  private struct Diffusion {
    let vorticity: FourierMultiplier
    let particles: FourierMultiplier
  }

  private func diffusion(_ time: Double) -> Diffusion {
    func exponential(_ diffusivity: Double) -> FourierMultiplier {
      ((time * diffusivity) * spectral.laplacian).exponential
    }
    return Diffusion(vorticity: exponential(viscosity), particles: exponential(viscosity / 10))
  }

  /// Computes the frames that follow from an initial state.
  ///
  /// - Parameter initial: The state.
  /// - Returns: The frames, `[time, 3, x, y]` with both velocity components and the particles' density, and the number
  ///   of time steps.
  /// - Throws: ``SolverError/wrongShape(found:expected:)``, ``SolverError/diverged(time:)`` if the flow does not stay
  ///   finite, and ``SolverError/outOfRange(quantity:value:allowed:)`` for more than 1e9 time steps.
  public func solve(_ initial: Initial) throws(SolverError) -> (frames: Tensor, steps: Int) {
    for (tensor, shape) in [
      (initial.velocity, [2] + spectral.shape), (initial.force, [2] + spectral.shape),
      (initial.particles, spectral.shape),
    ] where tensor.shape != shape {
      throw .wrongShape(found: tensor.shape, expected: shape)
    }
    let torque = dealiasing(curl(initial.force))
    var state = State(
      vorticity: dealiasing(curl(initial.velocity)),
      particles: dealiasing(spectral.spectrum(of: initial.particles)))
    let times = grid.times
    var elements = frame(state)
    var steps = 0
    for time in times.dropLast() {
      var remaining = grid.saveInterval
      while remaining > 0 {
        let longest = try longestStep(state, time: time)
        let count = (remaining / longest).rounded(.up)
        try SolverError.checkSteps(Double(steps) + count)
        // Whole frames in equal steps need one exponential; the speed is checked again every few steps.
        let step = remaining / max(count, 1)
        let few = Int(min(max(count, 1), 8))
        advance(&state, by: step, count: few, torque)
        steps += few
        remaining = few >= Int(max(count, 1)) ? 0 : remaining - Double(few) * step
      }
      elements += frame(state)
    }
    guard elements.allSatisfy(\.isFinite) else { throw .diverged(time: grid.finalTime) }
    return (Tensor(elements, shape: [times.count, 3] + spectral.shape), steps)
  }

  private func longestStep(_ state: State, time: Double) throws(SolverError) -> Double {
    let velocity = velocity(state.vorticity)
    let speed = [velocity.x, velocity.y].map { Double($0.elements.reduce(0) { max($0, abs($1)) }) }.reduce(
      0, +)
    // A maximum passes over NaN.
    guard velocity.x.isFinite, velocity.y.isFinite, speed < 1e4 else { throw .diverged(time: time) }
    return Self.courantNumber / (Double(grid.resolution) * max(speed, 1e-3))
  }

  /// Some steps of the classical Runge-Kutta method, in variables in which diffusion does nothing.
  private func advance(_ state: inout State, by step: Double, count: Int, _ torque: FourierSpectrum) {
    let half = diffusion(step / 2)
    let whole = diffusion(step)
    for _ in 0..<count {
      let first = rate(state, torque)
      let middle = state.applying(half)
      let second = rate(middle + (step / 2) * first.applying(half), torque)
      let third = rate(middle + (step / 2) * second, torque)
      let end = state.applying(whole)
      let fourth = rate(end + step * third.applying(half), torque)
      state =
        end + (step / 6) * first.applying(whole) + (step / 3) * (second + third).applying(half)
        + (step / 6) * fourth
    }
  }

  /// −v·∇ω + ∇×f and −v·∇c, as the divergences of fluxes.
  private func rate(_ state: State, _ torque: FourierSpectrum) -> State {
    let velocity = velocity(state.vorticity)
    func transport(_ spectrum: FourierSpectrum) -> FourierSpectrum {
      let field = spectrum.field
      let flux =
        slopeX(spectral.spectrum(of: velocity.x * field)) + slopeY(spectral.spectrum(of: velocity.y * field))
      return -dealiasing(flux)
    }
    return State(vorticity: transport(state.vorticity) + torque, particles: transport(state.particles))
  }

  private func velocity(_ vorticity: FourierSpectrum) -> (x: Tensor, y: Tensor) {
    let stream = stream(vorticity)
    return (slopeY(stream).field, (-1 * slopeX(stream)).field)
  }

  private func curl(_ vector: Tensor) -> FourierSpectrum {
    let points = vector.count / 2
    let x = Tensor(Array(vector.elements[..<points]), shape: spectral.shape)
    let y = Tensor(Array(vector.elements[points...]), shape: spectral.shape)
    return slopeX(spectral.spectrum(of: y)) - slopeY(spectral.spectrum(of: x))
  }

  private func frame(_ state: State) -> [Float] {
    let velocity = velocity(state.vorticity)
    return velocity.x.elements + velocity.y.elements + state.particles.field.elements
  }
}
