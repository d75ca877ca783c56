import Studies
import SystemFiles
import TestSupport
import Testing

@Suite("Seeds of a plan") struct PlanSeedTests {
  @Test("one that a file of results has no room for is refused with its line, and the largest is taken")
  func largest() throws {
    let folder = try TemporaryFolder()
    try WaveFile().write(to: folder.file("line.hdf5"))
    func plan(_ seed: String) throws -> BenchmarkPlan {
      try BenchmarkPlan(
        parsing: """
          training: {initial-steps: 4, modes: 4, width: 6}
          data: {line: \(folder.file("line.hdf5"))}
          models: {fno: }
          ratios: [1]
          methods: {baseline: {}}
          seeds: [\(seed)]
          """, file: "p.yaml")
    }
    #expect(try plan("9223372036854775807").count == 1)
    for seed in ["9223372036854775808", "18446744073709551615"] {
      #expect { try plan(seed) } throws: { error in
        "\(error)".hasPrefix("p.yaml:6: a seed must be") && "\(error)".contains("'\(seed)'")
      }
    }
  }
}
