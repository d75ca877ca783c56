import ArgumentParser
import PDEData

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what is in a data file: variables, shapes, coordinates, parameters, value ranges.",
    discussion: "Reads every value once, in bounded memory, and says where the first NaN or infinity is.")

  @Argument(help: "A file in PDEBench's HDF5 layout.")
  var file: String

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  func run() throws {
    let line = CountProgress()
    let summary = try FileSummary(of: PDEBenchFile(path: file)) {
      line.show(Int($0 * 1000), of: 1000, "reading")
    }
    if json { try Console.printJSON(summary) } else { try Console.print(summary) }
  }
}
