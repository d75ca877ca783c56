import ArgumentParser
import Logging
import Reporting
import Studies
import SystemFiles

struct BenchmarkTable: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "table",
    abstract: "Tabulate benchmark results: mean and spread over seeds, improvement, and a paired t-test.",
    discussion: """
        pdeop benchmark table runs/ratios --paper
        pdeop benchmark table shard1 shard2 --csv > results.csv

      The runs of all folders are merged. The results of a single folder are also saved in it as results.sqlite.
      """)

  @Argument(help: "Benchmark folders, or SQLite files of results.")
  var folders: [String]

  @Flag(
    help: "Show the paper's numbers (arXiv 2410.12178, Table 19) beside those of FNO and U-Net on CFD data.")
  var paper = false

  @Flag(help: "Print CSV, one line for each run at the chosen grid point.")
  var csv = false

  @Flag(help: "With --csv: all finished runs, including other grid points.")
  var allRuns = false

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  @Option(help: "Also write the runs to this SQLite file; an existing one is replaced.")
  var database: String?

  func validate() throws {
    if csv, json { throw ValidationError("Give --csv or --json, not both.") }
    if allRuns, !csv { throw ValidationError("--all-runs needs --csv.") }
    try ReplacedFile.require("SQLite", at: database, for: "--database") {
      (try? BenchmarkResults.isDatabase($0)) == true
    }
    if paper, csv || json {
      throw ValidationError("--paper is for the table; leave it out with \(csv ? "--csv" : "--json").")
    }
  }

  func run() throws {
    let results = try BenchmarkResults(collecting: folders)
    if let database { try results.write(to: database) }
    try print(results)
    guard folders.count == 1, Folder.isThere(folders[0]) else { return }
    let own = BenchmarkResults.database(in: folders[0])
    do {
      try results.write(to: own)
    } catch {
      // The folder may be one that can only be read; the table is what was asked for.
      Console.say("The table is complete, but was not saved as \(own): \(error)", .notice)
    }
  }

  private func print(_ results: BenchmarkResults) throws {
    if csv { return try Console.print(results.csv(allRuns: allRuns)) }
    let summaries = BenchmarkSummary.all(of: results)
    if json { return try Console.printJSON(["results": summaries]) }
    try Console.print(BenchmarkSummary.table(of: summaries, besidePaper: paper))
    try Console.print("\n\(BenchmarkSummary.explanation)")
    let open = results.rows.count { $0.status == .unfinished }
    if open > 0 { try Console.print("\(open) unfinished runs are not counted.") }
    let diverged = results.rows.filter { $0.status == .diverged }
    if !diverged.isEmpty {
      try Console.print("Diverged: \(diverged.map(\.run).joined(separator: ", ")).")
    }
  }
}
