import ArgumentParser
import FourierTransforms
import SpectralSolvers
import TensorCore

struct NavierStokes: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Incompressible flow in two dimensions, by its vorticity.",
    discussion: """
      taylor-green: decaying vortices in a mean flow, against their closed form. By default 64 points along each axis, \
      viscosity 0.05, to time 2.

      double-shear-layer: two shear layers that roll up; the energy and enstrophy they lose against what viscosity \
      takes. By default 128 points along each axis, viscosity 0.0002, to time 1.2.
      """)

  enum Flow: String, CaseIterable, ExpressibleByArgument {
    case taylorGreen = "taylor-green"
    case doubleShearLayer = "double-shear-layer"
  }

  @OptionGroup var options: RunOptions
  @Option(help: "The flow to compute.") var flow = Flow.taylorGreen

  func run() throws {
    let last =
      switch flow {
      case .taylorGreen: try taylorGreen()
      case .doubleShearLayer: try doubleShearLayer()
      }
    if let path = options.csv {
      try writeTable(columns: ["x", "y", "vorticity"], rows: last, to: path)
    }
  }

  /// Solves for the vortices and returns the last vorticity, point by point.
  private func taylorGreen() throws -> [[Double]] {
    let viscosity = options.viscosity ?? 0.05
    let resolution = options.resolution ?? 64
    let grid = SpectralGrid(shape: [resolution, resolution], lengths: [2 * .pi, 2 * .pi])
    let equation = VorticityEquation(grid: grid, viscosity: viscosity, meanVelocity: (1, 0.5))
    let vortices = TaylorGreenVortices(equation: equation, amplitude: 2, pairs: (1, 1))

    print("Taylor-Green vortices ω = 2·cos(x − t)·cos(y − t/2)·e^(−2νt), ν = \(viscosity)")
    let frames = try options.solve(
      equation, viscosity: viscosity, from: grid.spectrum(of: vortices.vorticity(time: 0)),
      to: options.finalTime ?? 2, columns: ["relative error", "largest error", "peak vorticity"]
    ) { time, field in
      let exact = vortices.vorticity(time: time)
      let error = FieldError(of: field, from: exact)
      return [error.relative, error.largest, field.elements.reduce(0) { max($0, Double($1)) }]
    }
    return table(of: frames[frames.count - 1].field, on: grid)
  }

  /// Solves for the shear layers and returns the last vorticity, point by point.
  private func doubleShearLayer() throws -> [[Double]] {
    let viscosity = options.viscosity ?? 2e-4
    let resolution = options.resolution ?? 128
    let grid = SpectralGrid(shape: [resolution, resolution], lengths: [1, 1])
    let equation = VorticityEquation(grid: grid, viscosity: viscosity)
    let initial = equation.doubleShearLayer()
    var budget = FlowBudget(initial: equation.averages(of: initial.dealiased()), viscosity: viscosity)

    print(
      "Double shear layer, ν = \(viscosity); dE/dt = −2νZ and dZ/dt = −2νP should account for all that is lost"
    )
    let frames = try options.solve(
      equation, viscosity: viscosity, from: initial, to: options.finalTime ?? 1.2,
      columns: ["energy E", "unaccounted, /E₀", "enstrophy Z", "unaccounted, /Z₀", "mean vorticity"],
      everyStep: { time, state in budget.advance(to: time, equation.averages(of: state)) },
      row: { _, field in
        let (now, mean) = (budget.current, field.sum / Double(field.count))
        return [now.energy, budget.energyImbalance, now.enstrophy, budget.enstrophyImbalance, mean]
      })
    return table(of: frames[frames.count - 1].field, on: grid)
  }

  private func table(of field: Tensor, on grid: SpectralGrid) -> [[Double]] {
    let (x, y) = (grid.coordinates(axis: 0), grid.coordinates(axis: 1))
    return x.indices.flatMap { i in y.indices.map { j in [x[i], y[j], Double(field[i, j])] } }
  }
}
