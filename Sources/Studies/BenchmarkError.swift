public import SystemFiles

/// What is wrong with a benchmark's plan or its folders.
public enum BenchmarkError: ReportableError, Equatable {
  /// Everything that is wrong with a plan.
  case badPlan([PlanMistake])
  /// A label that is not what a benchmark writes.
  case brokenLabel(file: String)
  /// A folder or file without any run of a benchmark.
  case noRuns(path: String)
  /// A file of results that cannot be read or written.
  case database(file: String, reason: String)
  /// A file that is given for results, and is no SQLite file.
  case noDatabase(file: String)
  /// A finished run's file of metrics that is missing, or holds no errors.
  case noErrors(file: String)
  /// Two runs' folders that would be averaged as seeds of one method, and the options in which they differ.
  case differentRuns(folders: [String], options: [String])
  /// Two runs' folders whose methods would be compared, and the options by which they were tested on something else.
  case otherTests(folders: [String], options: [String])
  /// Two folders of runs of one method on the same samples that are to be compared with different methods, and these methods.
  case otherBaselines(folders: [String], baselines: [String])
  /// Groups of folders with runs that differ in nothing, so that they would count twice.
  case duplicateRuns([[String]])
  /// Runs that are there and are not those of the plan.
  case otherRuns([OtherRun])

  /// Usage for a plan, unless nothing but its data is at fault.
  public var fault: Fault {
    switch self {
    case .badPlan(let mistakes): mistakes.allSatisfy(\.isOfData) ? .data : .usage
    case .otherRuns: .usage
    case .brokenLabel, .noRuns, .database, .noDatabase, .noErrors, .differentRuns, .otherTests,
      .otherBaselines, .duplicateRuns:
      .data
    }
  }

  /// The sentence, for a plan a line for each mistake, with option names that are still to be spelled.
  public var message: Message {
    switch self {
    case .badPlan(let mistakes):
      mistakes.count == 1
        ? mistakes[0].message
        : Self.lines("the plan has \(mistakes.count) mistakes", mistakes.map(\.message))
    case .brokenLabel(let file):
      "\(file) was not written by a benchmark; start the benchmark again to rewrite it, or remove that run."
    case .noRuns(let path):
      "\(path) holds no benchmark; give the output folder of a benchmark."
    case .database(let file, let reason):
      "\(file) cannot be used as a results file: \(reason); "
        + (FilePath.name(of: file) == ResultsFile.name
          ? "remove it, and it will be rebuilt." : "give another file, or the output folder of a benchmark.")
    case .noDatabase(let file):
      "\(file) is neither the output folder of a benchmark nor a SQLite file of results; give one of these."
    case .differentRuns(let folders, let options):
      "\(folders.joined(separator: " and ")) would be averaged as seeds of one method, but were trained with another "
        + "\(options.joined(separator: ", ")); tabulate their benchmarks one by one, or remove one of the two runs."
    case .noErrors(let file):
      "\(file) is missing or holds no errors, and its run is finished; put the file back, or remove that run and start the "
        + "benchmark again."
    case .otherTests(let folders, let options):
      "\(folders.joined(separator: " and ")) would be compared, but are tested with another "
        + "\(options.joined(separator: ", ")); keep them in benchmarks of their own, or remove the runs of one of the two "
        + "methods."
    case .otherBaselines(let folders, let baselines):
      "\(folders.joined(separator: " and ")) are runs of one method, but are to be compared with different baselines, "
        + "\(baselines.joined(separator: " and ")); tabulate their benchmarks one by one, or make that method the baseline of "
        + "their plans and start them again."
    case .duplicateRuns(let groups):
      "\(groups[0].joined(separator: " and ")) train on the same samples with the same method, values and seed, and would "
        + "count twice; remove one of them."
        + (groups.count > 1 ? " The same goes for \(groups.count - 1) other sets of runs." : "")
    case .otherRuns(let runs):
      runs.count == 1
        ? runs[0].message
        : Self.lines(
          "\(runs.count) runs are others than planned", runs.map(\.message))
    }
  }

  /// So many lines fit a terminal with what else is said.
  private static let mostLines = 12

  private static func lines(_ what: Message, _ lines: [Message]) -> Message {
    let shown = lines.prefix(mostLines).reduce("\(what), and nothing was started:" as Message) {
      "\($0)\n\($1)"
    }
    return lines.count > mostLines ? "\(shown)\nand \(lines.count - mostLines) more" : shown
  }
}

/// A run that is not the one that is planned: it was started with other values, or trained on other data.
public struct OtherRun: Sendable, Equatable {
  /// The run's folder.
  public let folder: String
  /// The options that differ.
  public let options: [String]
  /// The files of the data set, where they hold something else now than when the run was trained; none otherwise.
  public let changedFiles: [String]

  /// What is the matter, and what to do about it.
  var message: Message {
    let data: Message = """
      trained on other data than \(changedFiles.joined(separator: ", ")) \(changedFiles.count == 1 ? "holds" : "hold") now
      """
    let started: Message = "was started with another \(options.joined(separator: ", "))"
    let wayOut: Message = "choose another \(option: "output"), or remove that run."
    if changedFiles.isEmpty { return "\(folder) \(started); \(wayOut)" }
    // The old data alone would not make it the planned run.
    if !options.isEmpty { return "\(folder) \(started), and \(data); \(wayOut)" }
    return "\(folder) was \(data); put the old data back, \(wayOut)"
  }
}

/// One thing that is wrong with a plan, and where.
public struct PlanMistake: Sendable, Hashable, CustomStringConvertible {
  /// The plan's file; nil for a plan from options.
  public let file: String?
  /// The line in it, from 1; nil if there is no one place.
  public let line: Int?
  /// What is wrong, and the way out.
  public let text: Message
  /// Whether a data set is at fault, and not what the plan says.
  public let isOfData: Bool

  /// The place, and the sentence.
  public var description: String { message.description }

  /// The place and the sentence, with the options that it names still to be spelled.
  public var message: Message {
    guard let file else { return text }
    return "\(file)\(line.map { ":\($0)" } ?? ""): \(text)"
  }
}
