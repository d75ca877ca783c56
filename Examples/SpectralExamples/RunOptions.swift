import ArgumentParser
import Foundation
import FourierTransforms
import SpectralSolvers
import TensorCore

/// What every example lets one choose about the run.
struct RunOptions: ParsableArguments {
  @Option(help: "Points along each axis.") var resolution: Int?
  @Option(help: "Viscosity.") var viscosity: Double?
  @Option(help: "The time to reach.") var finalTime: Double?
  @Option(help: "Time steps; by default as many as keep the Courant number at 1.") var steps: Int?
  @Option(help: "Times at which to report, evenly spaced; the steps are rounded up to a multiple.")
  var frames = 8
  @Option(help: "Write the frames to this HDF5 file in PDEBench's layout, replacing it if it is there.")
  var hdf5: String?
  @Option(help: "Write what the picture shows to this CSV file, replacing it if it is there.") var csv:
    String?

  func validate() throws {
    if let resolution, resolution < 4 {
      throw ValidationError("--resolution must be at least 4, got \(resolution).")
    }
    if let viscosity, !(viscosity > 0 && viscosity.isFinite) {
      throw ValidationError("--viscosity must be positive, got \(viscosity).")
    }
    if let finalTime, !(finalTime > 0 && finalTime.isFinite) {
      throw ValidationError("--final-time must be positive, got \(finalTime).")
    }
    if let steps, steps < 1 { throw ValidationError("--steps must be at least 1, got \(steps).") }
    guard frames > 0 else { throw ValidationError("--frames must be at least 1, got \(frames).") }
  }

  /// Solves an equation, prints a row of a table at each report, and writes the frames if asked to.
  ///
  /// - Parameters:
  ///   - equation: What to solve.
  ///   - viscosity: The viscosity in it, for the file.
  ///   - initial: The state at time 0.
  ///   - end: The time to reach.
  ///   - columns: What the rows hold beside the time.
  ///   - everyStep: Called with the time and the state at the beginning and after every step.
  ///   - row: The numbers of a row, given the time and the field.
  /// - Returns: The times and the fields reported.
  /// - Throws: Where the solution diverges or a file cannot be written.
  func solve<Equation: SemilinearEquation>(
    _ equation: Equation, viscosity: Double, from initial: FourierSpectrum, to end: Double, columns: [String],
    everyStep: (_ time: Double, _ state: FourierSpectrum) -> Void = { _, _ in },
    row: (_ time: Double, _ field: Tensor) -> [Double]
  ) throws -> [Frame] {
    let grid = equation.grid
    let wanted = steps ?? equation.steps(to: end, from: initial)
    let stepsPerFrame = (wanted + frames - 1) / frames
    let steps = stepsPerFrame * frames
    let points = grid.shape.map(String.init).joined(separator: "×")
    print("\(points) points, \(steps) steps to time \(end)")
    print(line("time", columns))
    var reported: [Frame] = []
    var step = 0
    try equation.evolve(initial, to: end, steps: steps) { time, state in
      everyStep(time, state)
      if step % stepsPerFrame == 0 {
        let field = state.field
        print(line(String(format: "%.3f", time), row(time, field).map { String(format: "%.4e", $0) }))
        reported.append(Frame(time: time, field: field))
      }
      step += 1
    }
    if let hdf5 { try writeFrames(reported, grid: grid, viscosity: viscosity, to: hdf5) }
    return reported
  }

  private func line(_ first: String, _ rest: [String]) -> String {
    let padded = [(first, 8)] + rest.map { ($0, 18) }
    return padded.map { String(repeating: " ", count: max($1 - $0.count, 1)) + $0 }.joined()
  }
}
