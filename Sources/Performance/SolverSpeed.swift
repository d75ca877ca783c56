package import PDESolvers
import TensorCore
import Training

/// How fast flows are computed, without writing them.
package struct SolverSpeed: Sendable, Encodable {
  /// The number of cells along each axis.
  package let resolution: [Int]
  /// The time of the last frame.
  package let finalTime: Double
  /// The threads that computed.
  package let threads: Int
  /// The samples that were computed.
  package let samples: Int
  /// Time steps a sample, on average.
  package let steps: Double
  /// Viscous sub-steps a sample, on average.
  package let viscousSteps: Double
  /// Floating-point operations a sample, on average, by ``FlowCost``.
  package let operationsPerSample: Double
  /// Seconds a sample: the whole time over the number of samples, in the fastest of some runs.
  package let secondsPerSample: Double
  /// Cells times time steps, a second.
  package let cellUpdatesPerSecond: Double
  /// Cells times sub-steps of any kind (two of Euler's and the viscous ones), a second.
  package let cellSweepsPerSecond: Double
  /// Floating-point operations a second, by ``FlowCost``.
  package let operationsPerSecond: Double
  /// Bytes read and written a second, by ``FlowCost``.
  package let bytesPerSecond: Double
  /// The operations a second over those that as many cores reach in a matrix product.
  package let shareOfPeak: Double
  /// The bytes a second over those that as many cores copy in an array of the flow's size.
  package let shareOfCopying: Double

  private enum CodingKeys: String, CodingKey {
    case resolution, threads, samples, steps
    case finalTime = "final_time"
    case viscousSteps = "viscous_steps"
    case operationsPerSample = "operations_per_sample"
    case secondsPerSample = "seconds_per_sample"
    case cellUpdatesPerSecond = "cell_updates_per_second"
    case cellSweepsPerSecond = "cell_sweeps_per_second"
    case operationsPerSecond = "operations_per_second"
    case bytesPerSecond = "bytes_per_second"
    case shareOfPeak = "share_of_peak"
    case shareOfCopying = "share_of_copying"
  }

  /// Computes the first samples of a set on a number of threads, and measures.
  ///
  /// - Parameters:
  ///   - flows: The set.
  ///   - samples: How many samples; a multiple of the threads keeps all of them busy.
  ///   - threads: How many threads.
  ///   - repeats: How often to compute them; the fastest time counts, as others share the machine.
  /// - Throws: What keeps a sample from being computed.
  package init(of flows: RandomFlow, samples: Int, threads: Int, repeats: Int) throws {
    let configuration = flows.flow.configuration
    let cells = Double(configuration.resolution.reduce(1, *))
    let cost = FlowCost(dimensions: configuration.dimensions, stress: configuration.stress)
    // The state and what it is derived from.
    let peak = CorePeak(copying: 2 * 4 * configuration.stateShape.reduce(1, *))
    var solutions: [(steps: Int, viscousSteps: Int)] = []
    var seconds = Double.infinity
    for _ in 0..<repeats {
      let start = ContinuousClock.now
      solutions = try WorkerPool.withThreads(threads) {
        try parallelMap(samples) { (index) throws(SolverError) in
          let solution = try flows.sample(index).solution
          return (steps: solution.steps, viscousSteps: solution.viscousSteps)
        }
      }
      seconds = min(seconds, (ContinuousClock.now - start).seconds)
    }
    let steps = Double(solutions.reduce(0) { $0 + $1.steps })
    let viscousSteps = Double(solutions.reduce(0) { $0 + $1.viscousSteps })
    let operations =
      cells * (steps * Double(cost.operationsPerStep) + viscousSteps * Double(cost.operationsPerViscousStep))
    let bytes = cells * (steps * Double(cost.bytesPerStep) + viscousSteps * Double(cost.bytesPerViscousStep))
    resolution = configuration.resolution
    finalTime = configuration.finalTime
    self.threads = threads
    self.samples = samples
    self.steps = steps / Double(samples)
    self.viscousSteps = viscousSteps / Double(samples)
    operationsPerSample = operations / Double(samples)
    secondsPerSample = seconds / Double(samples)
    cellUpdatesPerSecond = cells * steps / seconds
    cellSweepsPerSecond = cells * (2 * steps + viscousSteps) / seconds
    operationsPerSecond = operations / seconds
    bytesPerSecond = bytes / seconds
    shareOfPeak = operations / seconds / (peak.operationsPerSecond * Double(threads))
    shareOfCopying = bytes / seconds / (peak.copiedBytesPerSecond * Double(threads))
  }
}
