import ArgumentParser
import Performance
import Reporting
import TensorCore

struct BenchmarkTransforms: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "transforms",
    abstract:
      "Time the two methods of truncated Fourier transforms: FFTs, or products with cosines and sines.",
    discussion: """
      Times are medians in nanoseconds a field on one thread. A star marks the method that the package uses; it is chosen from \
      the sizes alone. The last lines are the costs by which it is chosen, and those that fit this machine; only their ratios \
      count.
      """)

  @Option(
    parsing: .unconditional, help: "Extents of each axis, as in 64,128; those with a large prime factor too.")
  var extents = "32,64,66,101,128,130,202,256,512,514,1024,1026,2048,2050"
  @Option(parsing: .unconditional, help: "Kept modes along each axis.") var modes = 12
  @Option(
    parsing: .unconditional, help: "Axes, 1 or 2, or both as in 1,2; in 2D extents up to 258 are timed.")
  var dimensions = "1,2"
  @Option(parsing: .unconditional, help: "Number of timed calls.") var repeats = 15
  @Flag(help: "Print one JSON object on standard output.") var json = false

  /// The largest extent that is timed in 2D.
  private static let largestPlane = 258
  private static let range = 2...65_536

  func validate() throws {
    guard (1...512).contains(modes) else {
      throw ValidationError("--modes must be from 1 to 512, got \(modes).")
    }
    guard let sizes = WholeNumbers.parse(extents, in: Self.range), sizes.allSatisfy({ 2 * modes <= $0 })
    else {
      throw ValidationError(
        "--extents must be whole numbers up to 65536, at least twice the \(modes) modes, as in 64,128, got '\(extents)'."
      )
    }
    guard WholeNumbers.parse(dimensions, in: 1...2) != nil else {
      throw ValidationError("--dimensions must be 1, 2 or 1,2, got '\(dimensions)'.")
    }
    guard !shapes.isEmpty else {
      throw ValidationError(
        "In 2D extents up to \(Self.largestPlane) are timed, and --extents \(extents) has none; "
          + "add one, or give --dimensions 1.")
    }
    try RepeatCount.check(["repeats": repeats])
  }

  func run() throws {
    let measurements = shapes.map { TransformBenchmark.measure(shape: $0, modes: modes, repeats: repeats) }
    let fitted = TransformBenchmark.costs(fitting: measurements)
    if json {
      return try Console.printJSON(
        Result(transforms: measurements, costs: .inUse, fitted: fitted))
    }
    var table = TextTable(["points", "matrices", "FFT"], words: [0])
    for one in measurements {
      table.append([
        one.shape.extents,
        formatted(one.matrices, digits: 3) + (one.areMatricesTaken ? " *" : ""),
        formatted(one.fast, digits: 3) + (one.areMatricesTaken ? "" : " *"),
      ])
    }
    try Console.print(table)
    for (name, costs) in [("in use", TransformBenchmark.Costs.inUse), ("fitted", fitted)] {
      let numbers = [costs.product, costs.real, costs.realLargePrime, costs.complex, costs.complexLargePrime]
        .map { formatted($0, digits: 3) }
      try Console.print(
        "\(name): product \(numbers[0]), real point \(numbers[1]) (large prime \(numbers[2])), complex point "
          + "\(numbers[3]) (large prime \(numbers[4]))")
    }
  }

  /// The extents of the fields that are timed.
  private var shapes: [[Int]] {
    (WholeNumbers.parse(dimensions, in: 1...2) ?? []).flatMap { dimension in
      (WholeNumbers.parse(extents, in: Self.range) ?? [])
        .filter { dimension == 1 || $0 <= Self.largestPlane }
        .map { Array(repeating: $0, count: dimension) }
    }
  }

  private struct Result: Encodable {
    let transforms: [TransformBenchmark.Measurement]
    let costs, fitted: TransformBenchmark.Costs
  }
}
