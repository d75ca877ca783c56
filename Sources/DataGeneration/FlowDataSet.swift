import PDEData
import PDESolvers
import TensorCore

/// A file of flows in the making.
package struct FlowDataSet: Sendable {
  /// The attribute that says which sample of its set a file begins with.
  static let firstSampleAttribute = "first_sample"

  /// Where the samples come from.
  package let source: FlowSource
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
    /// Initial states that gave no finite flow and were replaced.
    package var redone = 0
    /// Cells times steps of all new flows.
    package var cellUpdates = 0
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
  ///   - overwrites: Whether a file that is there is replaced.
  /// - Throws: ``GenerationError/tooFewSamples(file:samples:first:count:)``.
  /// - Precondition: There is a count if the source has no end.
  package init(
    source: FlowSource, path: String, firstSample: Int = 0, count: Int? = nil, compression: Int = 0,
    overwrites: Bool = false
  ) throws(GenerationError) {
    if case .file(let loader, _) = source {
      let left = loader.file.samples - firstSample
      guard left > 0, count ?? 1 <= left else {
        throw .tooFewSamples(
          file: loader.file.path, samples: loader.file.samples, first: firstSample, count: count)
      }
    }
    guard let count = count ?? source.available.map({ $0 - firstSample }) else {
      preconditionFailure("how many of an endless number of samples is not said")
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
  /// A file that an interrupted run of the same settings has left is taken over.
  ///
  /// - Parameters:
  ///   - isInterrupted: Whether to begin no further sample. Asked by any thread, one at a time.
  ///   - progress: Told what is in the file. Called by any thread, one at a time.
  /// - Returns: What was made.
  /// - Throws: What keeps a sample from being computed (those before it are then in the file) or written.
  package func make(isInterrupted: () -> Bool, progress: (Outcome) -> Void) throws -> Outcome {
    let configuration = source.flow.configuration
    let layout = PDEBenchLayout(
      variables: source.flow.variables, coordinates: configuration.coordinates, times: configuration.times,
      attributes: source.attributes(firstSample: firstSample))
    let existing = overwrites ? nil : try existingFile(layout)
    var outcome = Outcome()
    outcome.continued = existing?.samples ?? 0
    outcome.samples = outcome.continued
    if outcome.samples >= count { return outcome }

    let writer = try PDEBenchWriter(
      path: path, layout: layout, deflateLevel: compression, replacing: overwrites || existing != nil)
    if let existing { try writer.append(contentsOf: existing) }
    let failure = try SampleQueue(source: source, firstSample: firstSample, count: count, writer: writer)
      .run(&outcome, isInterrupted: isInterrupted, progress: progress)
    // Without a single sample there is nothing to keep; the writer leaves no trace.
    if outcome.samples > 0 { try writer.finish() }
    if let failure { throw failure }
    return outcome
  }

  /// The file that is there, if it is a part of the one to make.
  private func existingFile(_ layout: PDEBenchLayout) throws -> PDEBenchFile? {
    let file: PDEBenchFile
    do {
      file = try PDEBenchFile(path: path)
    } catch DataFileError.missingFile {
      return nil
    }
    if let difference = layout.difference(from: PDEBenchLayout(of: file)) {
      throw GenerationError.otherSettings(file: path, difference: difference)
    }
    return file
  }
}
