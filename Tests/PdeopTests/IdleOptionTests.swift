import Foundation
import TestSupport
import Testing

@Suite("Options that would change nothing", .enabled(if: Command.isBuilt, Command.absence))
struct IdleOptionTests {
  private static let best = "run/checkpoints/best.safetensors"
  private static let prediction = ["evaluate", "--prediction", "line.hdf5", "--data", "line.hdf5"]
  private static let train = ["train", "--data", "line.hdf5", "--output", "new"] + Workspace.plain
  private static let restart = ["generate", "cfd1d", "--initial-from", "line.hdf5", "--output", "new.hdf5"]

  private static let cases: [([String], [String])] = [
    (["inspect", best, "--plot", "x.svg"], ["best.safetensors", "is a checkpoint", "--plot"]),
    (["inspect", best, "--plot", "x.svg", "--variable", "u"], ["is a checkpoint", "--plot"]),
    (["inspect", best, "--variables", "u"], ["is a checkpoint", "--variables"]),
    (["inspect", best, "--axes", "n,x"], ["is a checkpoint", "--axes"]),
    (["analyze", "run", "--lora-scale", "2"], ["no LoRA pairs", "best.safetensors", "--lora-scale"]),
    (prediction + ["--batch-size", "3"], ["--batch-size", "--checkpoint"]),
    (prediction + ["--cache-memory", "3"], ["--cache-memory", "--checkpoint"]),
    (
      ["benchmark", "transforms", "--dimensions", "2", "--extents", "512"],
      ["258", "--extents 512", "--dimensions 1"]
    ),
    (["benchmark", "table", "out", "--csv", "--paper"], ["--paper", "--csv"]),
    (["benchmark", "table", "out", "--json", "--paper"], ["--paper", "--json"]),
    (restart + ["--seed", "5"], ["--initial-from", "--seed"]),
    (train + ["--tempbalance-scale", "2"], ["--tempbalance-scale", "is off", "--tempbalance sigmoid"]),
    (train + ["--no-tempbalance-shuffle"], ["--no-tempbalance-shuffle", "--tempbalance is off"]),
    (
      train + ["--tempbalance", "sigmoid", "--tempbalance-lowest", "0.3"],
      ["--tempbalance-lowest", "sigmoid", "--tempbalance linear"]
    ),
    (
      train + ["--tempbalance", "linear", "--tempbalance-steepness", "0.3"],
      ["--tempbalance-steepness", "linear map", "--tempbalance sigmoid"]
    ),
    (train + ["--noise-unit", "norm"], ["--noise-unit", "without noise", "give --noise"]),
    (
      train + ["--periodic", "yes", "--edge-points", "3"],
      ["--edge-points", "periodic fields", "give --periodic no"]
    ),
  ]

  @Test("are refused with the reason", arguments: cases)
  func refused(command: [String], words: [String]) throws {
    let workspace = try Workspace()
    try workspace.train("run")
    try workspace.expectRefusal(command, status: 64, naming: words)
  }

  @Test("are read where a file holds them, as one does that was written with all values")
  func inFile() throws {
    let workspace = try Workspace()
    try workspace.write(
      "tempbalance: {tempbalance-scale: 2, tempbalance-lowest: 0.3}\nloss: {noise-unit: norm}\n",
      to: "c.yaml")
    try workspace.train("run", ["--config", "c.yaml"])
    let lines = try workspace.configurationLines("run")
    #expect(lines.isSuperset(of: ["tempbalance-scale: 2", "noise-unit: norm", "tempbalance: 'off'"]))
    let again = try workspace.run(["train", "--config", "run/config.yaml", "--output", "again"])
    #expect(again.status == 0, "\(again.errors)")
  }

  @Test(
    "an output without a name is refused before the work for it",
    arguments: [
      ["generate", "merge", "none.hdf5"], ["generate", "cfd1d", "--samples", "1", "--resolution", "16"],
      ["export", "merged", "--adapter", "none.safetensors", "--base", "none.safetensors"],
    ])
  func emptyOutput(command: [String]) throws {
    try Workspace().expectRefusal(
      command + ["--output", ""], status: 64, naming: ["--output must name a file"])
  }
}
