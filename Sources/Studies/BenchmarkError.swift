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
  /// Groups of folders with runs that differ in nothing, so that they would count twice.
  case duplicateRuns([[String]])
  /// A run's folder whose run was planned with other values.
  case otherRuns([String])

  /// Usage for a plan, unless nothing but its data is at fault.
  public var fault: Fault {
    switch self {
    case .badPlan(let mistakes): mistakes.allSatisfy(\.isOfData) ? .data : .usage
    case .otherRuns: .usage
    case .brokenLabel, .noRuns, .database, .duplicateRuns: .data
    }
  }

  /// A sentence for the person at the terminal; for a plan a line for each mistake.
  public var description: String {
    switch self {
    case .badPlan(let mistakes):
      mistakes.count == 1
        ? mistakes[0].description
        : "the plan has \(mistakes.count) mistakes, and nothing was started:\n"
          + mistakes.map(\.description).joined(separator: "\n")
    case .brokenLabel(let file):
      "\(file) is not what a benchmark writes; start the benchmark again to have it written anew."
    case .noRuns(let path):
      "\(path) holds no run of a benchmark; give the folder that --output of pdeop benchmark ratios named."
    case .database(let file, let reason):
      "\(file) could not be used as a file of results: \(reason); remove it to have it made anew."
    case .duplicateRuns(let groups):
      "\(groups[0].joined(separator: " and ")) train on the same samples with the same method, values and seed, and would "
        + "count twice; remove one of them."
        + (groups.count > 1 ? " The same goes for \(groups.count - 1) other sets of runs." : "")
    case .otherRuns(let differences):
      differences.count == 1
        ? differences[0]
        : "\(differences.count) runs were started with other values than planned, and nothing was started:\n"
          + differences.joined(separator: "\n")
    }
  }
}

/// One thing that is wrong with a plan, and where.
public struct PlanMistake: Sendable, Equatable, CustomStringConvertible {
  /// The plan's file; nil for a plan from options.
  public let file: String?
  /// The line in it, from 1; nil if there is no one place.
  public let line: Int?
  /// What is wrong, and the way out.
  public let text: String
  /// Whether a data set is at fault, and not what the plan says.
  public let isOfData: Bool

  /// The place, and the sentence.
  public var description: String {
    guard let file else { return text }
    return file + (line.map { ":\($0)" } ?? "") + ": " + text
  }
}
