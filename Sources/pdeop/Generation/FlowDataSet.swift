import PDEData
import PDESolvers
import TensorCore

/// A file of flows in the making.
struct FlowDataSet {
  /// The attribute that says which sample of its set a file begins with.
  static let firstSample = "first_sample"

  let source: FlowSource
  let path: String
  let firstSample: Int
  let count: Int
  var compression = 0
  var overwrites = false

  /// What was made.
  struct Outcome {
    /// The samples in the file.
    var samples = 0
    /// Those of them that were there before.
    var continued = 0
    /// Initial states that gave no finite flow and were replaced.
    var redone = 0
    /// Cells times steps of all flows.
    var cellUpdates = 0
    var isInterrupted = false
  }

  private var layout: PDEBenchLayout {
    let flow = source.flow
    return PDEBenchLayout(
      variables: flow.variables, coordinates: flow.configuration.coordinates, times: flow.configuration.times,
      attributes: source.attributes(firstSample: firstSample))
  }

  /// Computes the samples on all cores and writes them in their order.
  ///
  /// A file that an interrupted run of the same settings has left is taken over.
  ///
  /// - Parameters:
  ///   - isInterrupted: Whether to stop with the samples that are finished.
  ///   - progress: Told how many samples are in the file.
  /// - Throws: What keeps a sample from being computed or written. The samples before it are in the file.
  func make(isInterrupted: () -> Bool, progress: (Outcome) -> Void) throws -> Outcome {
    let layout = layout
    let existing = overwrites ? nil : try existingFile(layout)
    var outcome = Outcome()
    if let existing, existing.samples >= count {
      outcome.samples = existing.samples
      outcome.continued = existing.samples
      return outcome
    }
    let writer = try PDEBenchWriter(
      path: path, layout: layout, deflateLevel: compression, replacing: overwrites || existing != nil)
    if let existing {
      try writer.append(contentsOf: existing)
      outcome.samples = existing.samples
      outcome.continued = existing.samples
    }
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
