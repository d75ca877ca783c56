package import PDESolvers
package import SystemFiles

/// What keeps a data set from being made or put together.
package enum GenerationError: ReportableError, Equatable {
  /// A file with initial states holds something else than flows of this dimension.
  case otherKind(file: String, dimensions: Int, expected: Int)
  /// A file has fewer initial states than were asked for.
  case tooFewSamples(file: String, samples: Int, first: Int, count: Int?)
  /// A sample could not be computed.
  case sampleFailed(sample: Int, file: String?, reason: SolverError)
  /// A file does not say what its flows cannot be computed again without; for some of it there are options.
  case unsaid(file: String, settings: [String], options: [String])
  /// A file's points are not evenly spaced.
  case unevenGrid(file: String, axis: Int)
  /// A file's frames are not evenly spaced in time.
  case unevenTimes(file: String)
  /// A file that is to be continued was made with other settings.
  case otherSettings(file: String, difference: String)
  /// Two files that are to be merged differ.
  case partsDiffer(file: String, other: String, difference: String)
  /// The parts that are to be merged do not follow each other.
  case gap(file: String, first: Int, expected: Int)

  /// A sample could not be written; the unfinished file keeps those before it.
  case notWritten(reason: String, kept: Int)

  /// Whose mistake it is.
  package var fault: Fault {
    switch self {
    case .otherSettings, .tooFewSamples: .usage
    case .sampleFailed(_, _, let reason): reason.fault
    case .notWritten: .run
    default: .data
    }
  }

  /// The sentence, with option names that are still to be spelled.
  package var message: Message {
    switch self {
    case .otherKind(let file, let dimensions, let expected):
      "\(file) does not hold compressible flows in \(expected)D (it is \(dimensions)D); choose another file or command."
    case .tooFewSamples(let file, let samples, let first, let count):
      """
      \(file) holds \(samples) samples, not \(count.map { "the \($0)" } ?? "any") from number \(first) on; \
      lower \(option: "samples") or \(option: "first-sample").
      """
    case .sampleFailed(let sample, let file, let reason):
      "\(file.map { "\($0), sample" } ?? "Sample") \(sample): \(reason)"
    case .notWritten(let reason, let kept):
      kept == 0
        ? "\(reason)"
        : "\(reason) The \(kept) finished samples are kept; once this is fixed, run the same command again to continue."
    case .unsaid(let file, let settings, let options):
      """
      \(file) lacks \(settings.joined(separator: ", ")), which its flows cannot be computed again without; \
      add this to the file\(Self.ending(options))
      """
    case .unevenTimes(let file):
      """
      \(file): the frames are not evenly spaced in time, as the solver's are; give \(option: "save-interval") if samples are \
      to be generated from it, or use another file.
      """
    case .unevenGrid(let file, let axis):
      "\(file): the coordinates of axis \(axis) are not evenly spaced and ascending, which the solver needs; use another file."
    case .otherSettings(let file, let difference):
      "\(file) already exists and was made with other settings (\(difference)); choose another \(option: "output"), or \(option: "overwrite") it."
    case .partsDiffer(let file, let other, let difference):
      "\(file) and \(other) are not parts of one data set (\(difference)); merge files that were made with the same settings."
    case .gap(let file, let first, let expected):
      """
      \(file) begins at sample \(first), but the parts before it end before sample \(expected); \
      make the missing part or leave out the one that overlaps.
      """
    }
  }

  /// The end of a sentence that says by which options a setting can be given, if by any.
  private static func ending(_ options: [String]) -> Message {
    guard !options.isEmpty else { return "." }
    var text: Message = ", or give"
    for (index, name) in options.enumerated() {
      let item: Message = index == 0 ? " \(option: name)" : ", \(option: name)"
      text = text + item
    }
    let end: Message = " if samples are to be generated from it."
    return text + end
  }
}
