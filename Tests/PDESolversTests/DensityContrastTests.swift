import Foundation
import PDESolvers
import TensorCore
import Testing

/// The viscous terms where light cells lie among heavy ones.
@Suite struct DensityContrastTests {
  private static let viscosity = 0.1
  /// The longest sub-step for cells of a 64th and densities that are alike.
  private static let longest = 0.3 * 0.5 / (64.0 * 64) / (7 * viscosity / 3)

  private static func configuration(
    _ resolution: [Int], finalTime: Double, saveInterval: Double
  ) -> CompressibleFlow.Configuration {
    CompressibleFlow.Configuration(
      resolution: resolution, domain: resolution.map { 0...Double($0) / 64 }, shearViscosity: viscosity,
      bulkViscosity: viscosity, finalTime: finalTime, saveInterval: saveInterval)
  }

  @Test(arguments: [(64, 20.0), (64, 50.0), (2, 16.0)])
  func lightCellsAreNotShaken(every period: Int, contrast: Double) throws {
    let configuration = Self.configuration([64], finalTime: 0.1, saveInterval: 0.001)
    let initial = configuration.state { position in
      let isLight = Int(position[0] * 64) % period == period / 2
      return [isLight ? 1 / contrast : 1, 1, 0.1 * sin(2 * .pi * position[0])]
    }
    let frames = try CompressibleFlow(configuration).solve(initial: initial).frames
    let speeds = (0..<configuration.frameCount).flatMap { frames.field(frame: $0, variable: 2) }
    let largest = speeds.reduce(0) { max($0, abs($1)) }
    print("Every \(period)th cell lighter by \(contrast): largest speed \(largest)")
    #expect(frames.isFinite && largest < 0.15)
  }

  @Test(arguments: [[64], [8, 64], [64, 8]])
  func subStepsAreShorterFromAContrastOfElevenOn(resolution: [Int]) throws {
    let time = 4.5 * Self.longest
    let configuration = Self.configuration(resolution, finalTime: time, saveInterval: time)
    let cells = resolution.reduce(1, *)
    let flow = try CompressibleFlow(configuration)
    for (contrast, count) in [(1, 5), (11, 5), (20, 8)] as [(Float, Int)] {
      // A gas at rest stays as it is.
      var elements = [Float](repeating: 1, count: 2 * cells)
      elements += [Float](repeating: 0, count: resolution.count * cells)
      elements[0] = 1 / contrast
      let solution = try flow.solve(initial: Tensor(elements, shape: configuration.stateShape))
      #expect(solution.steps == 1 && solution.viscousSteps == count, "contrast \(contrast)")
    }
  }

  @Test func aContrastThatSubStepsCannotFollowIsAnError() throws {
    let configuration = Self.configuration([64], finalTime: 0.01, saveInterval: 0.01)
    let initial = configuration.state { [Int($0[0] * 64) == 32 ? 1e-7 : 1, 1, 0] }
    let error = #expect(throws: SolverError.self) {
      try CompressibleFlow(configuration).solve(initial: initial)
    }
    guard case .diverged = error else {
      Issue.record("expected divergence, got \(String(describing: error))")
      return
    }
  }
}
