import ArgumentParser
import FourierTransforms
import SpectralSolvers
import TensorCore

struct Burgers: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Burgers' equation in one dimension, against the Cole-Hopf solution.",
    discussion: "By default 256 points, viscosity 0.05, to time 2.")

  @OptionGroup var options: RunOptions
  @Option(help: "Mean velocity, which carries the wave along.") var mean = 0.5

  func run() throws {
    let viscosity = options.viscosity ?? 0.05
    let grid = SpectralGrid(shape: [options.resolution ?? 256], lengths: [2 * .pi])
    let equation = BurgersEquation(grid: grid, viscosity: viscosity)
    let wave = ColeHopfWave(mean: mean, amplitude: 1, viscosity: viscosity)
    func exact(_ time: Double) -> Tensor { grid.field { wave.velocity(at: $0[0], time: time) } }

    print("Burgers' equation ∂u/∂t + ½·∂(u²)/∂x = ν·∂²u/∂x², ν = \(viscosity), u(x, 0) = \(mean) + sin x")
    let frames = try options.solve(
      equation, viscosity: viscosity, from: grid.spectrum(of: exact(0)), to: options.finalTime ?? 2,
      columns: ["relative error", "largest error", "mean of u"]
    ) { time, field in
      let error = FieldError(of: field, from: exact(time))
      return [error.relative, error.largest, field.sum / Double(field.count)]
    }
    if let path = options.csv {
      let rows = frames.flatMap { frame in
        zip(grid.coordinates(axis: 0), zip(frame.field.elements, exact(frame.time).elements)).map {
          [frame.time, $0, Double($1.0), Double($1.1)]
        }
      }
      try writeTable(columns: ["time", "x", "computed", "exact"], rows: rows, to: path)
    }
  }
}
