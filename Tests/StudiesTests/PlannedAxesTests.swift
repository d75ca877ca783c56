import Foundation
import Studies
import TestSupport
import Testing
import Training

@Suite("Data of a plan that do not tell their axes")
struct PlannedAxesTests {
  @Test("are read as the plan says, of a data set or of all of them", arguments: ["training", "data"])
  func axes(section: String) throws {
    let folder = try TemporaryFolder()
    let values = (0..<(8 * 10 * 16)).map { Float($0 % 7) }
    try Data(NumPySeed.array("<f4", "(8, 10, 16)", NumPySeed.floats(values)))
      .write(to: URL(filePath: folder.file("u.npy")))
    let axes = "axes: [n, t, x]"
    let plan = try BenchmarkPlan(
      parsing: """
        training: {initial-steps: 4, modes: 4, width: 6, epochs: 1\(section == "training" ? ", \(axes)" : "")}
        data:
          u: {data: \(folder.file("u.npy"))\(section == "data" ? ", \(axes)" : "")}
        models:
          fno:
        ratios: [1]
        methods:
          baseline:
        seeds: [0]
        """)
    #expect(plan.cells.count == 1)
    #expect(plan.cells.first?.runs.first?.first?.configuration.data.axes == ["n", "t", "x"])
  }
}
