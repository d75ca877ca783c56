import Foundation
import TensorCore
import Testing

@Suite("The instruction set that the environment asks for", .enabled(if: Command.isBuilt, Command.absence))
struct InstructionSetTests {
  @Test("is used and noted, and a resume on another says so")
  func lower() throws {
    let workspace = try Workspace()
    let lowest = [InstructionSet.variable: "baseline"]
    let train = ["train", "--data", "line.hdf5", "--output", "run"] + Workspace.plain
    #expect(try workspace.run(train, environment: lowest).status == 0)
    let machine = try #require(try workspace.lines("run/machine.jsonl").first?["machine"] as? [String: Any])
    #expect(machine["instruction_set"] as? String == "baseline")

    let resume = ["train", "--resume", "run", "--epochs", "3"]
    let environment = [InstructionSet.variable: InstructionSet.highest.rawValue]
    let resumed = try workspace.run(resume, environment: environment)
    #expect(resumed.status == 0, "\(resumed.errors)")
    let isAnother = InstructionSet.highest != .baseline
    #expect(resumed.errors.contains("the instruction set (baseline before") == isAnother)
    #expect(try workspace.lines("run/machine.jsonl").count == (isAnother ? 2 : 1))
  }

  @Test("is refused if there is no such, or the CPU does not have it")
  func refused() throws {
    let workspace = try Workspace()
    var wrong = [("avx", ["avx", "baseline, avx2, avx512"])]
    let higher = InstructionSet.allCases.drop { $0 != .highest }.dropFirst()
    wrong += higher.map { ($0.rawValue, [$0.rawValue, InstructionSet.highest.rawValue]) }
    for (name, words) in wrong {
      let outcome = try workspace.run(
        ["inspect", "line.hdf5"], environment: [InstructionSet.variable: name])
      #expect(outcome.status == 64 && outcome.output.isEmpty)
      for word in [InstructionSet.variable] + words {
        #expect(outcome.errors.contains(word), "\(outcome.errors)")
      }
    }
  }
}
