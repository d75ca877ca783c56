import ArgumentParser
import Reporting
import Training

struct Report: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compare training runs: nRMSE, and the layers' α and learning rates.",
    discussion: """
        pdeop report runs/baseline runs/balanced --plot curves.svg
        pdeop report runs/balanced --plot layers.svg

      Runs that are still going on are reported as far as they are.
      """)

  @Argument(help: "Folders of runs, finished or not.")
  var runs: [String]

  @Option(
    help: """
      Draw to this file, .svg or .png (needs gnuplot): for one run its nRMSE and, under TempBalance, α and learning rate of \
      each layer over the epochs, and how much α differs across them; for several runs the nRMSE of each, and that \
      difference.
      """)
  var plot: String?

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  func validate() throws {
    if runs.isEmpty { throw ValidationError("Name at least one folder of a run.") }
  }

  func run() throws {
    // A wrong name shows before anything is read.
    if let plot { _ = try Gnuplot(path: plot) }
    let reports = try runs.map { try RunReport(RunFolder($0)) }
    if let plot { try RunReport.draw(reports, to: plot) }
    if json { return try Console.printJSON(["runs": reports]) }
    try Console.print(RunReport.comparison(of: reports))
    try Console.print(
      "\nnRMSE counts all frames, the given ones (error 0) included; \"predicted\" the predicted frames alone."
    )
    for report in reports where !report.layers.isEmpty {
      try Console.print(
        "\nLayers of \(report.run) in epoch \(report.layers[0].epoch + 1):\n\(report.layerTable)")
    }
  }
}
