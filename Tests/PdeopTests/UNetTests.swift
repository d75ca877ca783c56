import Foundation
import TestSupport
import Testing

@Suite("A U-Net at the command line", .enabled(if: Command.isBuilt, Command.absence))
struct UNetTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
  }

  private static let quick = [
    "--recipe", "plain", "--model", "unet", "--init-features", "2", "--initial-steps", "4", "--unroll", "3",
    "--batch-size", "3", "--epochs", "2",
  ]

  private func train(_ output: String, data: String, _ options: [String] = []) throws {
    let outcome = try workspace.run(["train", "--data", data, "--output", output] + Self.quick + options)
    try #require(outcome.status == 0, "\(outcome.errors)")
  }

  @Test("train, go on, evaluate beside persistence, predict")
  func line() throws {
    try train("run", data: "line.hdf5", ["--test-samples", "3", "--tempbalance", "sigmoid"])
    let configuration = try workspace.text("run/config.yaml")
    for line in ["model: unet", "init-features: 2", "padding: zeros", "pad: false", "unroll: 3"] {
      #expect(configuration.contains("\n  \(line)\n"), "\(line)")
    }
    let resumed = try workspace.run(["train", "--resume", "run", "--epochs", "3"])
    #expect(resumed.status == 0, "\(resumed.errors)")

    let best = "run/checkpoints/best.safetensors"
    let evaluate = ["evaluate", "--data", "line.hdf5", "--checkpoint", best]
    let plain = try workspace.run(evaluate + ["--json"]).object()
    let lowest = try workspace.lines("run/metrics.jsonl").compactMap { $0["nRMSE"] as? Double }.min()
    #expect(plain["nRMSE"] as? Double == lowest && plain["persistence"] == nil)
    var beside = try workspace.run(evaluate + ["--json", "--persistence"]).object()
    let persistence = try #require(beside["persistence"] as? [String: Any])
    #expect(persistence["samples"] as? Int == 3 && (persistence["nRMSE_predicted"] as? Double ?? 0) > 0.1)
    beside["persistence"] = nil
    #expect(beside as NSDictionary == plain as NSDictionary)
    let table = try workspace.run(evaluate + ["--persistence"]).output
    #expect(table.split(separator: "\n").first?.contains("persistence") == true)

    let predicted = try workspace.run(
      ["predict", "--checkpoint", best, "--data", "line.hdf5", "--output", "p.hdf5"])
    #expect(predicted.status == 0, "\(predicted.errors)")
    let ofPrediction = try workspace.run([
      "evaluate", "--data", "line.hdf5", "--prediction", "p.hdf5", "--json",
    ])
    #expect(try ofPrediction.object() as NSDictionary == plain as NSDictionary)
    try workspace.expectRefusal(
      ["evaluate", "--data", "line.hdf5", "--prediction", "p.hdf5", "--persistence"], status: 64,
      naming: ["--persistence", "--checkpoint"])
  }

  @Test("sizes that do not fit are refused with those that do, and taken with --pad")
  func sizes() throws {
    try WaveFile(shape: [20, 9]).with { $0.samples = 6 }.write(to: workspace.path("plane.hdf5"))
    let train = ["train", "--data", "plane.hdf5", "--output", "run"] + Self.quick
    try workspace.expectRefusal(
      train, status: 64, naming: ["plane.hdf5", "16 does not divide 20×9", "16×16 or 32×16", "--pad"])
    for mode in ["zeros", "periodic"] {
      try self.train(mode, data: "plane.hdf5", ["--pad", "--padding", mode])
      let checkpoint = "\(mode)/checkpoints/best.safetensors"
      let arguments = ["evaluate", "--data", "plane.hdf5", "--checkpoint", checkpoint, "--json"]
      let lowest = try workspace.lines("\(mode)/metrics.jsonl").compactMap { $0["nRMSE"] as? Double }.min()
      #expect(try workspace.run(arguments).object()["nRMSE"] as? Double == lowest, "\(mode)")
    }
    // A checkpoint that was not trained so meets a size that does not fit.
    try self.train("line", data: "line.hdf5")
    try workspace.expectRefusal(
      [
        "evaluate", "--data", "line.hdf5", "--checkpoint", "line/checkpoints/best.safetensors",
        "--reduced-resolution", "3",
      ], status: 65, naming: ["line/checkpoints/best.safetensors", "no fields of 11 points, but of 16"])
  }

  @Test("options that are wrong, or another model's, are refused")
  func options() throws {
    let train = ["train", "--data", "line.hdf5", "--output", "run"] + Self.quick
    for (options, words) in [
      (["--width", "8"], ["--width", "fno"]), (["--modes", "8"], ["--modes", "fno"]),
      (["--model", "fno"], ["--init-features", "unet"]),
      (["--padding", "mirror"], ["--padding", "zeros or periodic"]),
      (["--init-features", "0"], ["--init-features", "at least 1"]),
    ] {
      try workspace.expectRefusal(train + options, status: 64, naming: words)
    }
    try workspace.expectRefusal(
      ["benchmark", "speed", "--model", "unet", "--resolution", "20"], status: 64,
      naming: ["16 does not divide 20×20"])
  }

  @Test("training steps of a U-Net can be timed")
  func speed() throws {
    let outcome = try workspace.run([
      "benchmark", "speed", "--model", "unet", "--init-features", "2", "--dimensions", "1", "--resolution",
      "32",
      "--batch-size", "2", "--initial-steps", "2", "--frames", "5", "--unroll", "2", "--repeats", "1",
      "--json",
    ])
    let result = try outcome.object()
    #expect(result["model"] as? String == "unet" && result["init_features"] as? Int == 2)
    #expect(result["modes"] == nil && (result["step_seconds"] as? Double ?? 0) > 0)
  }

  @Test("the methods of convolution can be timed, one of them marked as the one that is taken")
  func convolutions() throws {
    let outcome = try workspace.run([
      "benchmark", "convolutions", "--dimensions", "1", "--resolution", "32", "--init-features", "2",
      "--batch-size", "2", "--repeats", "1", "--json",
    ])
    let levels = try #require(try outcome.object()["levels"] as? [[String: Any]])
    #expect(levels.compactMap { $0["shape"] as? [Int] } == [[32], [16], [8], [4], [2]])
    #expect(levels.compactMap { $0["channels"] as? Int } == [2, 4, 8, 16, 32])
    for level in levels {
      let methods = try #require(level["methods"] as? [[String: Any]])
      #expect(methods.compactMap { $0["method"] as? String } == ["columns", "Winograd"])
      #expect(methods.count { $0["taken"] as? Bool == true } == 1)
      #expect(methods.allSatisfy { ($0["output_seconds"] as? Double ?? 0) > 0 })
    }
    try workspace.expectRefusal(
      ["benchmark", "convolutions", "--dimensions", "4"], status: 64,
      naming: ["--dimensions must be 1, 2 or 3"])
  }
}
