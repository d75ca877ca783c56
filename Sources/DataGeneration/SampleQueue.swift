import PDEData
import Synchronization
import TensorCore

/// Computes samples on all cores and writes each as soon as those before it are written.
///
/// Samples are begun in their order, and what was begun is finished. So whatever ends the work, an interrupt or a sample
/// that cannot be computed, the samples before it are all there, on any number of threads.
struct SampleQueue {
  let source: any SampleSource
  let firstSample: Int
  /// The number of samples that the file is to hold.
  let count: Int
  let file: ResumableFile

  /// What the threads share.
  private struct Shared {
    var outcome: GeneratedDataSet.Outcome
    /// The place in the file of the sample to begin next.
    var next: Int
    /// Samples that wait for one before them, by their place in the file.
    var waiting: [Int: GeneratedSample] = [:]
    /// The first sample that could not be computed.
    var computingFailed: (place: Int, error: any Error)?
    var writingFailed: (any Error)?

    var isStopped: Bool { outcome.isInterrupted || computingFailed != nil || writingFailed != nil }
  }

  /// Fills the file up, as far as that goes.
  ///
  /// - Parameters:
  ///   - outcome: What is in the file; changed as it grows.
  ///   - isInterrupted: Whether to begin no further sample.
  ///   - progress: Told after each sample what is in the file.
  /// - Returns: What kept the first sample that failed from being computed, if one did; those before it are in the file.
  /// - Throws: What kept a sample from being written; the samples before it are in the unfinished file.
  func run(
    _ outcome: inout GeneratedDataSet.Outcome, isInterrupted: () -> Bool,
    progress: (GeneratedDataSet.Outcome) -> Void
  ) throws -> (any Error)? {
    let begin = outcome.samples
    progress(outcome)
    let shared = Mutex(Shared(outcome: outcome, next: begin))
    // A loop over threads, not samples, ends at once when it is told to, however many samples are left.
    parallelFor(min(count - begin, WorkerPool.threads)) { _ in
      while let place = shared.withLock({ next(&$0, isInterrupted) }) {
        let result = Result { try source.sample(firstSample + place) }
        shared.withLock { shared in
          switch result {
          case .success(let sample):
            shared.waiting[place] = sample
            write(&shared, progress)
          case .failure(let error):
            if place < shared.computingFailed?.place ?? .max { shared.computingFailed = (place, error) }
          }
        }
      }
    }
    return try shared.withLock { shared in
      outcome = shared.outcome
      if let error = shared.writingFailed { throw error }
      return shared.computingFailed?.error
    }
  }

  /// The place of the sample to begin now; nil where there is none left, or the work is to end.
  private func next(_ shared: inout Shared, _ isInterrupted: () -> Bool) -> Int? {
    if shared.next < count, isInterrupted() { shared.outcome.isInterrupted = true }
    guard shared.next < count, !shared.isStopped else { return nil }
    defer { shared.next += 1 }
    return shared.next
  }

  /// Writes the samples whose turn it is.
  private func write(_ shared: inout Shared, _ progress: (GeneratedDataSet.Outcome) -> Void) {
    guard shared.writingFailed == nil else { return }
    do {
      while let sample = shared.waiting.removeValue(forKey: shared.outcome.samples) {
        try file.append(sample.content)
        shared.outcome.samples += 1
        shared.outcome.redone += sample.attempts - 1
        shared.outcome.pointUpdates += sample.pointUpdates
        progress(shared.outcome)
      }
    } catch {
      shared.writingFailed = error
    }
  }
}
