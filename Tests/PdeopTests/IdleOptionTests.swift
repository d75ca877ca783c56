import Foundation
import TestSupport
import Testing

@Suite("Options that would change nothing", .enabled(if: Command.isBuilt, Command.absence))
struct IdleOptionTests {
  private static let best = "run/checkpoints/best.safetensors"
  private static let prediction = ["evaluate", "--prediction", "line.hdf5", "--data", "line.hdf5"]
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
  ]

  @Test("are refused with the reason", arguments: cases)
  func refused(command: [String], words: [String]) throws {
    let workspace = try Workspace()
    try workspace.train("run")
    try workspace.expectRefusal(command, status: 64, naming: words)
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
