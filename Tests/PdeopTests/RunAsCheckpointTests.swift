import Foundation
import TestSupport
import Testing

@Suite("A run's folder stands for a checkpoint", .enabled(if: Command.isBuilt, Command.absence))
struct RunAsCheckpointTests {
  private let workspace: Workspace

  /// A workspace with a trained run.
  init() throws {
    workspace = try Workspace()
    try workspace.train("run")
  }

  @Test("where it is inspected as well")
  func inspect() throws {
    let outcomes = try ["run", "run/checkpoints/best.safetensors"].map { try workspace.run(["inspect", $0]) }
    #expect(outcomes[0].status == 0, "\(outcomes[0].errors)")
    #expect(outcomes[0].output == outcomes[1].output && !outcomes[0].output.isEmpty)
    try workspace.expectRefusal(
      ["inspect", "run", "--axes", "n,x"], status: 64, naming: ["is a checkpoint", "--axes"])
  }

  @Test("which is its last one if it has no best one, and that is said")
  func last() throws {
    let said = "run has no best checkpoint"
    for isComplete in [true, false] {
      if !isComplete {
        try FileManager.default.removeItem(atPath: workspace.path("run/checkpoints/best.safetensors"))
      }
      for arguments in [
        ["evaluate", "--checkpoint", "run", "--data", "line.hdf5"],
        ["predict", "--checkpoint", "run", "--data", "line.hdf5", "--output", "p-\(isComplete).hdf5"],
        ["inspect", "run"], ["analyze", "run"],
        ["train", "--from", "run", "--data", "line.hdf5", "--output", "new-\(isComplete)", "--epochs", "1"],
      ] {
        let outcome = try workspace.run(arguments)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains(said) != isComplete, "\(arguments): \(outcome.errors)")
      }
    }
  }
}
