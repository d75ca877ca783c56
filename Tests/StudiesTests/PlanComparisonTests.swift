import Studies
import SystemFiles
import TestSupport
import Testing

@Suite("Methods that a plan compares") struct PlanComparisonTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try WaveFile().write(to: folder.file("line.hdf5"))
    try WaveFile().with { $0.change = { $3 + 1 } }.write(to: folder.file("other.hdf5"))
  }

  /// A plan whose second method, in line 7, has values of its own.
  private func plan(_ values: String) throws -> BenchmarkPlan {
    let values = values.replacing("LINE", with: folder.file("line.hdf5"))
      .replacing("OTHER", with: folder.file("other.hdf5")).replacing("FOLDER", with: folder.path)
    return try BenchmarkPlan(
      parsing: """
        training: {initial-steps: 4, modes: 4, width: 6, batch-size: 3, epochs: 2, validation-samples: 2}
        data: {line: \(folder.file("line.hdf5"))}
        models: {fno: }
        ratios: [0.3]
        methods:
          baseline: {}
          other: {\(values)}
        seeds: [0, 1]
        """, file: "p.yaml")
  }

  @Test(
    "a method that is tested on something else than the first is refused, at its line",
    arguments: [
      ("test-samples: 2", "test-samples"), ("initial-steps: 5", "initial-steps"),
      ("reduced-resolution: 2", "reduced-resolution"), ("reduced-resolution-t: 2", "reduced-resolution-t"),
      ("data: OTHER", "data"), ("variables: [density]", "variables"), ("targets: [density]", "targets"),
      ("grid: {initial-steps: [4, 5]}", "initial-steps"),
    ])
  func otherTest(values: String, option: String) {
    let error = #expect(throws: BenchmarkError.self) { try plan(values) }
    guard case .badPlan(let mistakes)? = error else { return }
    #expect(mistakes.count == 1 && mistakes[0].line == 7, "\(mistakes)")
    let text = mistakes.first?.description ?? ""
    #expect(text.contains("tested with another \(option);"), "\(text)")
    #expect(text.contains("'baseline'") && text.contains("'other'"), "\(text)")
    #expect(error?.fault == .usage)
  }

  @Test(
    "a method may be trained on something else, and say the same in other words",
    arguments: [
      "inputs: [eta]", "learning-rate: 0.1", "epochs: 3", "batch-size: 2", "weight-decay: 0",
      "recipe: low-data, window: 3", "test-samples: 1", "data: FOLDER/./line.hdf5",
      "variables: [density, pressure, Vx]", "data: [LINE, OTHER], weights: [1, 2]",
    ])
  func otherTraining(values: String) throws {
    #expect(try plan(values).cells.count == 2)
  }

  @Test("the points of a grid are chosen from by the same test")
  func grid() {
    #expect {
      try BenchmarkPlan(
        parsing: """
          training: {modes: 4, width: 6, validation-samples: 2}
          data: {line: \(folder.file("line.hdf5"))}
          models: {fno: }
          ratios: [1]
          methods:
            alone: {grid: {initial-steps: [4, 5]}}
          """)
    } throws: { error in
      "\(error)".contains("the points of the grid of 'alone'") && "\(error)".contains("initial-steps")
    }
  }
}
