import PDEData
import PDESolvers
import Synchronization
import TensorCore

/// Computes samples on all cores and writes each as soon as those before it are written.
struct SampleQueue {
  let source: FlowSource
  let firstSample: Int
  /// The number of samples that the file is to hold.
  let count: Int
  let writer: PDEBenchWriter

  /// What the threads share.
  private struct Shared {
    var outcome: FlowDataSet.Outcome
    /// Samples that wait for one before them, by their place in the file.
    var waiting: [Int: RandomFlow.Sample] = [:]
    var computingFailed: (any Error)?
    var writingFailed: (any Error)?

    var isStopped: Bool { outcome.isInterrupted || computingFailed != nil || writingFailed != nil }
  }

  /// Fills the file up, as far as that goes.
  ///
  /// - Parameters:
  ///   - outcome: What is in the file; changed as it grows.
  ///   - isInterrupted: Whether to begin no further sample.
  ///   - progress: Told after each sample what is in the file.
  /// - Returns: What kept a sample from being computed, if something did; those before it are in the file.
  /// - Throws: What kept a sample from being written; the writer has then given up its file.
  func run(
    _ outcome: inout FlowDataSet.Outcome, isInterrupted: () -> Bool, progress: (FlowDataSet.Outcome) -> Void
  ) throws -> (any Error)? {
    let begin = outcome.samples
    progress(outcome)
    let shared = Mutex(Shared(outcome: outcome))
    parallelFor(count - begin) { index in
      let isStopped = shared.withLock { shared in
        if isInterrupted() { shared.outcome.isInterrupted = true }
        return shared.isStopped
      }
      if isStopped { return }
      let result = Result { try source.sample(firstSample + begin + index) }
      shared.withLock { shared in
        switch result {
        case .success(let sample):
          shared.waiting[begin + index] = sample
          write(&shared, progress)
        case .failure(let error):
          shared.computingFailed = shared.computingFailed ?? error
        }
      }
    }
    return try shared.withLock { shared in
      outcome = shared.outcome
      if let error = shared.writingFailed { throw error }
      return shared.computingFailed
    }
  }

  /// Writes the samples whose turn it is.
  private func write(_ shared: inout Shared, _ progress: (FlowDataSet.Outcome) -> Void) {
    guard shared.writingFailed == nil else { return }
    let cells = source.flow.configuration.resolution.reduce(1, *)
    do {
      while let sample = shared.waiting.removeValue(forKey: shared.outcome.samples) {
        try writer.append(sample.solution.frames)
        shared.outcome.samples += 1
        shared.outcome.redone += sample.attempts - 1
        shared.outcome.cellUpdates += sample.solution.steps * cells
        progress(shared.outcome)
      }
    } catch {
      shared.writingFailed = error
    }
  }
}
