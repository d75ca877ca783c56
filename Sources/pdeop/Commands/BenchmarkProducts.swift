import ArgumentParser
import Performance
import Reporting

struct BenchmarkProducts: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "products",
    abstract: "Time the two kernels of matrix products: factors read in place, or packed by OpenBLAS.",
    discussion: """
      Rates are medians in GFLOP/s on one thread. A star marks the kernel that the package uses; it is chosen from the sizes, \
      the instruction set and OpenBLAS's kernels alone. Where the star is not at the higher rate, the rule does not fit this machine.
      """)

  @Option(help: "Rows of the product, as in 3,20,512.") var rows = "3,20,32,64,128,256,512"
  @Option(help: "Columns of the product.") var columns = "1024"
  @Option(help: "Terms of a sum.") var inner = "20,64,256,576"
  @Option(help: "Number of timed calls.") var repeats = 9
  @Flag(help: "Print one JSON object on standard output.") var json = false

  /// A side's extents; nil for one that is no whole number from 1 to 65,536.
  private static func extents(_ text: String) -> [Int]? {
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    return numbers.allSatisfy { $0.map((1...65_536).contains) == true } ? numbers.compactMap { $0 } : nil
  }

  func validate() throws {
    for (name, text) in [("rows", rows), ("columns", columns), ("inner", inner)] {
      guard let extents = Self.extents(text), !extents.isEmpty else {
        throw ValidationError(
          "--\(name) must be whole numbers from 1 to 65536, as in 3,20,512, got '\(text)'.")
      }
    }
    try RepeatCount.check(["repeats": repeats])
  }

  func run() throws {
    var measurements: [ProductBenchmark.Measurement] = []
    for form in ProductBenchmark.forms {
      for rows in Self.extents(rows) ?? [] {
        for columns in Self.extents(columns) ?? [] {
          for inner in Self.extents(inner) ?? [] {
            let shape = ProductBenchmark.Shape(rows: rows, columns: columns, inner: inner, form: form)
            measurements.append(ProductBenchmark.measure(shape, repeats: repeats))
          }
        }
      }
    }
    if json { return try Console.printJSON(["products": measurements]) }
    var table = TextTable(["product", "rows", "columns", "sum over", "in place", "packed"], words: [0])
    for one in measurements {
      table.append([
        one.form, "\(one.rows)", "\(one.columns)", "\(one.inner)",
        formatted(one.inPlace, digits: 3) + (one.isInPlaceTaken ? " *" : ""),
        formatted(one.packed, digits: 3) + (one.isInPlaceTaken ? "" : " *"),
      ])
    }
    try Console.print(table)
  }
}
