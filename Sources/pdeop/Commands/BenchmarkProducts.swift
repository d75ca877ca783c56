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

  @Option(parsing: .unconditional, help: "Rows of the product, as in 3,20,512.")
  var rows = "3,20,32,64,128,256,512"
  @Option(parsing: .unconditional, help: "Columns of the product.") var columns = "1024"
  @Option(parsing: .unconditional, help: "Terms of a sum.") var inner = "20,64,256,576"
  @Option(parsing: .unconditional, help: "Number of timed calls.") var repeats = 9
  @Flag(help: "Print one JSON object on standard output.") var json = false

  private static let range = 1...65_536

  func validate() throws {
    for (name, text) in [("rows", rows), ("columns", columns), ("inner", inner)] {
      guard WholeNumbers.parse(text, in: Self.range) != nil else {
        throw ValidationError(
          "--\(name) must be whole numbers from 1 to 65536, as in 3,20,512, got '\(text)'.")
      }
    }
    try RepeatCount.check(["repeats": repeats])
  }

  func run() throws {
    let shapes = shapes
    for shape in shapes {
      try BatchMemory.require(ProductBenchmark.arrays(of: shape), lowering: "--rows, --columns or --inner")
    }
    let measurements = shapes.map { ProductBenchmark.measure($0, repeats: repeats) }
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

  private var shapes: [ProductBenchmark.Shape] {
    let sides = [rows, columns, inner].map { WholeNumbers.parse($0, in: Self.range) ?? [] }
    return ProductBenchmark.forms.flatMap { form in
      sides[0].flatMap { rows in
        sides[1].flatMap { columns in
          sides[2].map { ProductBenchmark.Shape(rows: rows, columns: columns, inner: $0, form: form) }
        }
      }
    }
  }
}
