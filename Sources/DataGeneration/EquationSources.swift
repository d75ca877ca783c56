import HDF5
package import PDEData
package import PDESolvers
import TensorCore

/// Waves that are carried along a line, in the layout of PDEBench's advection files.
package struct AdvectionSource: SampleSource {
  private let solver: LinearAdvection
  private let seed: UInt64

  /// Waves from random initial states.
  package init(_ solver: LinearAdvection, seed: UInt64) {
    self.solver = solver
    self.seed = seed
  }

  /// What a file of the waves describes.
  package var layout: PDEBenchLayout {
    .tensor([solver.grid.coordinates], solver.grid.times, ["beta": .number(solver.velocity)], seed: seed)
  }

  /// Computes one sample.
  package func sample(_ index: Int) -> GeneratedSample {
    let waves = RandomWaves(seed: seed, sample: index)
    let frames = solver.solve { waves($0) }
    return GeneratedSample(PDEBenchSample(frames: frames), pointUpdates: frames.count)
  }
}

/// Waves that steepen into fronts, in the layout of PDEBench's Burgers files.
package struct BurgersSource: SampleSource {
  private let solver: BurgersFlow
  private let seed: UInt64

  /// Waves from random initial states.
  package init(_ solver: BurgersFlow, seed: UInt64) {
    self.solver = solver
    self.seed = seed
  }

  /// What a file of the waves describes.
  package var layout: PDEBenchLayout {
    .tensor([solver.grid.coordinates], solver.grid.times, ["Nu": .number(solver.viscosity)], seed: seed)
  }

  /// Computes one sample.
  package func sample(_ index: Int) throws -> GeneratedSample {
    let waves = RandomWaves(seed: seed, sample: index)
    let solution = try naming(index) { () throws(SolverError) in try solver.solve { waves($0) } }
    return GeneratedSample(
      PDEBenchSample(frames: solution.frames), pointUpdates: solution.steps * solver.grid.resolution)
  }
}

/// Steady pressures in random porous squares, in the layout of PDEBench's Darcy files.
package struct DarcySource: SampleSource {
  private let solver: DarcyFlow
  private let seed: UInt64

  /// Flows through random coefficients.
  package init(_ solver: DarcyFlow, seed: UInt64) {
    self.solver = solver
    self.seed = seed
  }

  /// What a file of the flows describes.
  package var layout: PDEBenchLayout {
    .tensor(
      kind: .darcyFlow, [solver.coordinates, solver.coordinates], [0, 1], ["beta": .number(solver.source)],
      seed: seed)
  }

  /// Computes one sample.
  package func sample(_ index: Int) throws -> GeneratedSample {
    let coefficient = solver.randomCoefficient(seed: seed, sample: index)
    let solution = try naming(index) { () throws(SolverError) in try solver.solve(coefficient: coefficient) }
    let frames = Tensor(
      coefficient.elements + solution.pressure.elements, shape: [2, 1, solver.resolution, solver.resolution])
    return GeneratedSample(
      PDEBenchSample(frames: frames), pointUpdates: solution.iterations * coefficient.count)
  }
}

/// Incompressible flows under random forces, in the layout of PDEBench's files of such flows.
package struct IncompressibleSource: SampleSource {
  private let solver: IncompressibleFlow
  private let seed: UInt64

  /// Flows from random initial states.
  package init(_ solver: IncompressibleFlow, seed: UInt64) {
    self.solver = solver
    self.seed = seed
  }

  /// What a file of the flows describes.
  package var layout: PDEBenchLayout {
    let grid = solver.grid
    return PDEBenchLayout(
      kind: .incompressibleFlow, variables: PDEBenchFile.Kind.incompressibleFlow.variables(dimensions: 2),
      coordinates: [grid.coordinates, grid.coordinates], times: grid.times,
      attributes: [
        "nu": .number(solver.viscosity), "boundary": .text("periodic"), "seed": .text("\(seed)"),
      ],
      extras: ["force": [grid.resolution, grid.resolution, 2], "t": [grid.times.count]])
  }

  /// Computes one sample; a random state without a finite flow is replaced by the next one.
  package func sample(_ index: Int) throws -> GeneratedSample {
    var attempt = 0
    while true {
      let initial = solver.randomInitial(seed: seed, sample: index, attempt: attempt)
      attempt += 1
      do {
        let solution = try solver.solve(initial)
        let times = Tensor(solver.grid.times.map { Float($0) }, shape: [solver.grid.times.count])
        return GeneratedSample(
          PDEBenchSample(
            frames: solution.frames, extras: ["force": initial.force.withComponentsLast, "t": times]),
          attempts: attempt, pointUpdates: solution.steps * initial.particles.count)
      } catch {
        guard case .diverged = error, attempt < RandomFlow.maximumAttempts else {
          throw GenerationError.sampleFailed(sample: index, file: nil, reason: error)
        }
      }
    }
  }
}

extension Tensor {
  /// `[component, points…]` as `[points…, component]`.
  fileprivate var withComponentsLast: Tensor {
    let points = count / shape[0]
    let elements = self.elements
    return Tensor(
      (0..<points).flatMap { point in (0..<shape[0]).map { elements[$0 * points + point] } },
      shape: shape[1...] + [shape[0]])
  }
}

extension SampleSource {
  /// Says in an error which sample it is about.
  fileprivate func naming<Value>(
    _ sample: Int, _ body: () throws(SolverError) -> Value
  ) throws(GenerationError) -> Value {
    do {
      return try body()
    } catch {
      throw .sampleFailed(sample: sample, file: nil, reason: error)
    }
  }
}

extension PDEBenchLayout {
  /// The layout of a file with the only variable `tensor`.
  fileprivate static func tensor(
    kind: PDEBenchFile.Kind = .singleField, _ coordinates: [[Double]], _ times: [Double],
    _ parameters: [String: AttributeValue], seed: UInt64
  ) -> PDEBenchLayout {
    PDEBenchLayout(
      kind: kind, variables: ["tensor"], coordinates: coordinates, times: times,
      // A number would lose the last bits of a large seed.
      attributes: parameters.merging(["seed": .text("\(seed)")]) { first, _ in first })
  }
}
