import Foundation
import TestSupport
import Testing

@Suite("Fine-tuning from the command line", .enabled(if: Command.isBuilt, Command.absence))
struct FineTuningTests {
  private let workspace: Workspace

  /// A workspace with a trained run.
  init() throws {
    workspace = try Workspace()
    try workspace.train("first")
  }

  private func tune(_ output: String, _ options: [String], data: String = "line.hdf5") throws
    -> Command.Outcome
  {
    try workspace.run(
      ["train", "--from", "first", "--data", data, "--output", output, "--epochs", "2", "--batch-size", "3"]
        + options)
  }

  @Test("a run folder stands for its best checkpoint, with its model and initial steps")
  func run() throws {
    let outcome = try tune("second", ["--json"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = try workspace.configurationLines("second")
    #expect(lines.isSuperset(of: ["from: first", "modes: [4]", "width: 6", "initial-steps: 4"]))
    let again = try workspace.run(["train", "--resume", "second", "--epochs", "3"])
    #expect(again.status == 0, "\(again.errors)")
  }

  @Test("the model in the repository predicts flows of a viscosity and a resolution that it has not seen")
  func repositoryModel() throws {
    let outcome = try workspace.run([
      "evaluate", "--checkpoint", Repository.path("pde-data/models/fno-1d-cfd.safetensors"),
      "--data", Repository.path("pde-data/1D_CFD_Rand_Eta0.01_Zeta0.01_periodic_nx32.hdf5"),
      "--allow-other-data", "--persistence", "--json",
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let result = try outcome.object()
    let error = try #require(result["nRMSE_predicted"] as? Double)
    let persistence = try #require((result["persistence"] as? [String: Any])?["nRMSE_predicted"] as? Double)
    #expect(error < 0.06 && persistence > 0.4, "\(error), \(persistence)")
  }

  @Test("corrections alone and the base make the checkpoint; without it they are refused")
  func corrections() throws {
    let outcome = try tune(
      "second", ["--lora-rank", "2", "--tempbalance", "sigmoid", "--tempbalance-min-eigenvalues", "2"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let adapter = "second/checkpoints/last.lora.safetensors"
    let base = "first/checkpoints/best.safetensors"
    let merged = try workspace.run([
      "export", "merged", "--adapter", adapter, "--base", base, "--output", "merged.safetensors",
    ])
    #expect(merged.status == 0, "\(merged.errors)")
    #expect(
      try workspace.bytes("merged.safetensors") == workspace.bytes("second/checkpoints/last.safetensors"))
    try workspace.expectRefusal(
      ["evaluate", "--checkpoint", adapter, "--data", "line.hdf5"], status: 65,
      naming: ["corrections", "export merged"])
    try workspace.expectRefusal(
      [
        "export", "merged", "--adapter", adapter, "--base", "second/checkpoints/last.safetensors", "--output",
        "x.safetensors",
      ],
      status: 65, naming: ["other weights"])
  }

  @Test("what does not fit is refused with what there is, and nothing is written")
  func refusals() throws {
    try WaveFile(shape: [16, 16]).write(to: workspace.path("plane.hdf5"))
    let cases: [([String], String, Int32, [String])] = [
      (["--width", "8"], "line.hdf5", 64, ["--width 8", "6"]),
      (["--lora-rank", "500"], "line.hdf5", 64, ["--lora-rank 500", "smaller side"]),
      (["--lora-rank", "6", "--lora-layers", "w0"], "line.hdf5", 64, ["w0", "--lora-layers"]),
      (["--freeze", "convs"], "line.hdf5", 64, ["--freeze convs", "conv0"]),
      (["--freeze", "*"], "line.hdf5", 64, ["no parameter to train"]),
      (["--targets", "density"], "line.hdf5", 65, ["density, pressure, Vx", "--reset fc0,fc2"]),
      ([], "plane.hdf5", 65, ["1D", "2D"]),
    ]
    for (options, data, status, words) in cases {
      try workspace.expectRefusal(
        ["train", "--from", "first", "--data", data, "--output", "second"] + options, status: status,
        naming: words)
    }
    try workspace.expectRefusal(
      ["train", "--data", "line.hdf5", "--output", "second", "--lora-rank", "2"], status: 64,
      naming: ["--from"])
  }

  @Test("inspecting a checkpoint shows what fine-tuning goes on with")
  func inspect() throws {
    let outcome = try workspace.run(["inspect", "first/checkpoints/best.safetensors"])
    #expect(outcome.status == 0)
    for word in ["fno1d", "density, pressure, Vx", "4 given"] {
      #expect(outcome.output.contains(word), "\(word)")
    }
  }

  @Test("a mixture trains, and is resumed")
  func mixture() throws {
    try WaveFile(shape: [16]).with { $0.attributes = ["eta": 0.5] }.write(to: workspace.path("other.hdf5"))
    try workspace.train("mixed", ["--data", "other.hdf5", "--weights", "1,2", "--inputs", "eta"])
    let again = try workspace.run(["train", "--resume", "mixed", "--epochs", "3"])
    #expect(again.status == 0, "\(again.errors)")
    try workspace.expectRefusal(
      ["train", "--data", "line.hdf5", "--output", "x", "--weights", "1,2"], status: 64,
      naming: ["--weights", "--data"])
  }
}
