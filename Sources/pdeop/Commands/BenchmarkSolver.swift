import ArgumentParser
import PDESolvers
import Performance
import Reporting
import TensorCore

struct BenchmarkSolver: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "solver",
    abstract: "Time the compressible flow solver.",
    discussion: """
      Flows as `generate cfd1d` and `generate cfd2d` make them, from random waves, with eta = zeta = 0.01 and periodic \
      ends, in 2D at Mach 0.1; nothing is written. First the time of a whole sample on one thread and on more, then how \
      time grows with the resolution, over a tenth of the time; the fastest of some runs counts. The shares are of what the same cores reach in a large \
      matrix product, and in copying an array as large as the flow, just before.
      """)

  @Option(parsing: .unconditional, help: "Samples to compute, on one thread and on all.") var samples = 16
  @Option(parsing: .unconditional, help: "Number of timed runs of each case.") var repeats = 5
  @Option(parsing: .unconditional, help: "Cells of the full samples in 1D.") var line = 128
  @Option(parsing: .unconditional, help: "Cells along each axis of the full samples in 2D.") var plane = 64
  @Option(parsing: .upToNextOption, help: "Resolutions to compare in 1D.")
  var lines = [64, 128, 256, 512, 1024, 2048, 4096]
  @Option(parsing: .upToNextOption, help: "Resolutions to compare in 2D.")
  var planes = [32, 64, 128, 256]
  @Option(parsing: .unconditional, help: "Seed of the initial states.") var seed: UInt64 = 0
  @Option(parsing: .unconditional, help: "Maximum number of threads (default: all cores).") var threads: Int?
  @Flag(help: "Print one JSON object on standard output.") var json = false

  func validate() throws {
    try RepeatCount.check(["samples": samples, "repeats": repeats])
    guard threads ?? 1 > 0 else { throw ValidationError("--threads must be positive.") }
    for resolution in lines + planes + [line, plane] where resolution < 8 {
      throw ValidationError("A resolution must be at least 8 cells, got \(resolution).")
    }
  }

  func run() throws {
    let most = threads ?? WorkerPool.availableCores
    let counts = most > 1 ? [1, most] : [1]
    let report = Report(
      whole: try [[line], [plane, plane]].flatMap { resolution in
        try counts.map { threads in
          try SolverSpeed(
            of: flows(resolution, part: 1), samples: samples, threads: threads, repeats: repeats)
        }
      },
      growth: try (lines.map { [$0] } + planes.map { [$0, $0] }).map { resolution in
        try SolverSpeed(of: flows(resolution, part: 0.1), samples: 1, threads: 1, repeats: repeats)
      })
    if json { try Console.printJSON(report) } else { try Console.print(report.description) }
  }

  /// A set as the commands make it, over a part of the time.
  private func flows(_ resolution: [Int], part: Double) throws -> RandomFlow {
    var configuration = CompressibleFlow.Configuration(resolution: resolution)
    configuration.finalTime *= part
    return try RandomFlow(
      flow: CompressibleFlow(configuration), initialState: .rand, machNumber: 0.1, seed: seed)
  }

  private struct Report: Encodable, CustomStringConvertible {
    let whole: [SolverSpeed]
    let growth: [SolverSpeed]

    var description: String {
      var samples = TextTable(
        [
          "cells", "threads", "s a sample", "steps", "sub-steps", "10⁶ cell updates/s", "10⁶ cell sweeps/s",
          "Gflop/s", "of peak", "GB/s", "of copying",
        ])
      for speed in whole {
        samples.append([
          speed.size, "\(speed.threads)", formatted(speed.secondsPerSample, digits: 3),
          formatted(speed.steps), formatted(speed.viscousSteps, digits: 5),
          formatted(speed.cellUpdatesPerSecond / 1e6), formatted(speed.cellSweepsPerSecond / 1e6),
          formatted(speed.operationsPerSecond / 1e9, digits: 3), speed.shareOfPeak.percent,
          formatted(speed.bytesPerSecond / 1e9, digits: 3), speed.shareOfCopying.percent,
        ])
      }
      var resolutions = TextTable([
        "cells", "to t", "steps", "sub-steps", "s a sample", "times the last", "expected",
      ])
      for (index, speed) in growth.enumerated() {
        let last = index > 0 ? growth[index - 1] : nil
        let before = last?.resolution.count == speed.resolution.count ? last : nil
        resolutions.append([
          speed.size, formatted(speed.finalTime), formatted(speed.steps),
          formatted(speed.viscousSteps, digits: 6), formatted(speed.secondsPerSample, digits: 3),
          formatted(before.map { speed.secondsPerSample / $0.secondsPerSample }, digits: 3),
          formatted(before.map { speed.operationsPerSample / $0.operationsPerSample }, digits: 3),
        ])
      }
      return """
        \(samples)

        \(resolutions)

        Expected: the floating-point operations, counted from the steps taken. Where convection limits the step they grow \
        with the number of cells times the resolution, where diffusion does with that times its square.
        """
    }
  }
}

extension SolverSpeed {
  fileprivate var size: String { resolution.extents }
}

extension Double {
  fileprivate var percent: String { formatted(100 * self, digits: 3) + " %" }
}
