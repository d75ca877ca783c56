import HDF5
import MessagePassing
import PDEData
import SystemFiles
import TensorCore

/// A file of samples to be computed.
///
/// It is written as a ``ResumableFile``: after any interruption, the same settings continue where it stopped.
package struct GeneratedDataSet: Sendable {
  /// The attribute that says which sample of its set a file begins with.
  static let firstSampleAttribute = "first_sample"

  /// Where the samples come from.
  package let source: any SampleSource
  /// The file to write.
  package let path: String
  /// The number of the first sample.
  package let firstSample: Int
  /// The number of samples.
  package let count: Int
  private let compression: Int
  private let overwrites: Bool

  /// What was made.
  package struct Outcome: Sendable {
    /// The samples in the file.
    package var samples = 0
    /// Those of them that were there before.
    package var continued = 0
    /// Random states that gave no finite solution and were replaced.
    package var redone = 0
    /// How often a cell's pressure was raised to the floor, by sample, for all samples in the file; `nil` where there is
    /// no such floor.
    package var flooredCells: [Int]?
    /// Points times steps of all new samples.
    package var pointUpdates = 0
    /// Whether samples are missing because of an interrupt.
    package var isInterrupted = false
  }

  /// A file to make; nothing is done yet.
  ///
  /// - Parameters:
  ///   - source: Where the samples come from.
  ///   - path: The file to write.
  ///   - firstSample: The number of the first sample.
  ///   - count: The number of samples; those that the source has left, if `nil`.
  ///   - compression: How hard to compress, 0 (not at all) to 9.
  ///   - overwrites: Whether an existing file is replaced.
  /// - Throws: ``GenerationError/tooFewSamples(file:samples:first:count:)``.
  /// - Precondition: There is a count if the source has no end.
  package init(
    source: any SampleSource, path: String, firstSample: Int = 0, count: Int? = nil, compression: Int = 0,
    overwrites: Bool = false
  ) throws(GenerationError) {
    let left = source.origin.map { $0.samples - firstSample }
    if let origin = source.origin, let left, left <= 0 || count ?? 1 > left {
      throw .tooFewSamples(file: origin.file, samples: origin.samples, first: firstSample, count: count)
    }
    guard let count = count ?? left else {
      preconditionFailure("an endless source needs a count")
    }
    self.source = source
    self.path = path
    self.firstSample = firstSample
    self.count = count
    self.compression = compression
    self.overwrites = overwrites
  }

  /// Computes the samples on all cores and writes them in their order.
  ///
  /// On several ranks all compute, and rank 0 writes the file that it would write by itself.
  ///
  /// An existing file of the same settings, finished or not, is continued.
  ///
  /// - Parameters:
  ///   - isInterrupted: Whether to begin no further sample. Asked by any thread, one at a time.
  ///   - progress: Told what is in the file. Called by any thread, one at a time.
  /// - Returns: What was made.
  /// - Throws: What keeps a sample from being computed (those before it are then in the file), or
  ///   ``GenerationError/notWritten(reason:kept:)``.
  package func make(isInterrupted: () -> Bool, progress: (Outcome) -> Void) throws -> Outcome {
    let group = RankGroup.current
    let others = SharedSampleQueue(source: source, firstSample: firstSample, count: count, group: group)
    guard group.isRoot else {
      try others.serve()
      var outcome = Outcome()
      // Interrupted or not is for all ranks to know, as their exit code tells.
      outcome.isInterrupted = group.any(false)
      return outcome
    }
    var outcome = try fill(isInterrupted: isInterrupted, progress: progress, others)
    _ = group.any(outcome.isInterrupted)
    // Only now is the file free.
    if outcome.samples > 0 { outcome.flooredCells = try flooredCells() }
    return outcome
  }

  private func fill(
    isInterrupted: () -> Bool, progress: (Outcome) -> Void, _ others: SharedSampleQueue
  ) throws -> Outcome {
    var layout = source.layout
    layout.attributes[Self.firstSampleAttribute] = .number(Double(firstSample))
    let existing = overwrites ? nil : try mostComplete(layout)
    var outcome = Outcome()
    outcome.continued = existing?.samples ?? 0
    outcome.samples = outcome.continued
    if let existing, existing.samples >= count, existing.path == path {
      try others.dismiss()
      return outcome
    }

    let file: ResumableFile
    do throws(DataFileError) {
      file = try ResumableFile(
        path: path, layout: layout, count: count, beginning: existing?.path, isStopped: isInterrupted)
    } catch {
      guard case .stopped = error else { throw error }
      outcome.isInterrupted = true
      if existing?.path != path { (outcome.samples, outcome.continued) = (0, 0) }
      try others.dismiss()
      return outcome
    }
    outcome.continued = file.samples
    outcome.samples = file.samples
    let failure: (any Error)?
    do {
      failure =
        others.group.isShared
        ? try others.run(into: file, &outcome, isInterrupted: isInterrupted, progress: progress)
        : try SampleQueue(source: source, firstSample: firstSample, count: count, file: file)
          .run(&outcome, isInterrupted: isInterrupted, progress: progress)
      if outcome.samples > 0 { try file.finish(deflateLevel: compression) } else { file.discard() }
    } catch let error as any ReportableError {
      throw GenerationError.notWritten(reason: error.description, kept: file.markedSamples)
    }
    if let failure { throw failure }
    return outcome
  }

  /// What the finished file says of its samples' floored cells, if these are counts.
  private func flooredCells() throws -> [Int]? {
    let stored = try PDEBenchFile(path: path).extra(PDEBenchFile.flooredCells)?.elements
    let counts = stored?.compactMap { (0...1e12).contains($0) ? Int($0) : nil }
    return counts?.count == stored?.count ? counts : nil
  }

  /// The file of that name or the unfinished one, whichever has more samples.
  private func mostComplete(_ layout: PDEBenchLayout) throws -> (path: String, samples: Int)? {
    let found = try [path, ResumableFile.partialPath(of: path)].compactMap { path in
      try samples(in: path, layout).map { (path: path, samples: $0) }
    }
    return found.max { $0.samples < $1.samples }
  }

  /// The number of samples in an existing file that is a part of the one to make.
  private func samples(in path: String, _ layout: PDEBenchLayout) throws -> Int? {
    let file: PDEBenchFile
    do {
      file = try PDEBenchFile(path: path)
    } catch DataFileError.hdf5(.missingFile) {
      return nil
    } catch DataFileError.empty where path != self.path {
      // Ended before its first sample was finished.
      return nil
    } catch DataFileError.hdf5(.locked) where path != self.path {
      throw DataFileError.beingMade(file: self.path)
    }
    if let difference = layout.difference(from: PDEBenchLayout(of: file)) {
      throw GenerationError.otherSettings(file: path, difference: difference)
    }
    return file.samples
  }
}
