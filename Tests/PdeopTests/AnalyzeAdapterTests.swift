import Foundation
import TestSupport
import Testing

@Suite("analyze of a run's LoRA corrections", .enabled(if: Command.isBuilt, Command.absence))
struct AnalyzeAdapterTests {
  private let workspace: Workspace
  private let adapter = "second/checkpoints/last.lora.safetensors"
  private let base = "first/checkpoints/best.safetensors"
  private let spectral: Set<String> = ["conv0", "conv1", "conv2", "conv3"]
  private let others: Set<String> = ["fc0", "w0", "w1", "w2", "w3", "fc1", "fc2"]

  /// A run, and corrections of it with s = 3.
  init() throws {
    workspace = try Workspace()
    try workspace.train("first")
    let outcome = try workspace.run([
      "train", "--from", "first", "--data", "line.hdf5", "--output", "second", "--epochs", "2",
      "--batch-size", "3", "--lora-rank", "2", "--lora-alpha", "6",
    ])
    try #require(outcome.status == 0, "\(outcome.errors)")
  }

  /// The layers by their names, and the names of those that were left out.
  private func analyze(
    _ arguments: [String]
  ) throws -> (layers: [String: [String: Any]], leftOut: [String: [String]]) {
    let outcome = try workspace.run(["analyze", "--json"] + arguments)
    try #require(outcome.status == 0, "\(outcome.errors)")
    let whole = try outcome.object()
    let layers = try #require(whole["layers"] as? [[String: Any]])
    return (
      Dictionary(uniqueKeysWithValues: layers.map { ($0["name"] as? String ?? "", $0) }),
      try #require(whole["left_out"] as? [String: [String]])
    )
  }

  @Test("all pairs are analyzed as their products, and none is dropped")
  func alone() throws {
    let (layers, leftOut) = try analyze(["--checkpoint", adapter])
    #expect(Set(layers.keys) == spectral.union(others))
    #expect(layers.values.allSatisfy { $0["kind"] as? String == "low-rank" })
    #expect(layers["w0"]?["shape"] as? [Int] == [6, 6, 1])
    #expect(layers["conv0"]?["shape"] as? [Int] == [6, 6, 4, 2])
    #expect((layers["w0"]?["eigenvalues"] as? [Double])?.count == 2)
    #expect((layers["conv0"]?["eigenvalues"] as? [Double])?.count == 2 * 4)
    #expect(leftOut.isEmpty)
    let table = try workspace.run(["analyze", "--checkpoint", adapter]).output
    #expect(table.contains("s = 6 / rank, as the adapter says"))
  }

  @Test("merged into the weights they are the layers of the whole checkpoint, spectral ones on request")
  func merged() throws {
    let arguments = ["--checkpoint", adapter, "--base", base]
    let (some, leftOut) = try analyze(arguments)
    #expect(Set(some.keys) == others)
    #expect(leftOut.mapValues { Set($0) } == ["spectral": spectral])
    let layers = try analyze(arguments + ["--include", "spectral"]).layers
    let whole = try analyze(["--checkpoint", "second/checkpoints/last.safetensors", "--include", "spectral"])
      .layers
    #expect(Set(layers.keys) == Set(whole.keys))
    for (name, expected) in whole {
      let layer = try #require(layers[name], "\(name)")
      #expect(layer["kind"] as? String == expected["kind"] as? String, "\(name)")
      #expect(layer["shape"] as? [Int] == expected["shape"] as? [Int], "\(name)")
      let found = try #require(layer["eigenvalues"] as? [Double])
      let values = try #require(expected["eigenvalues"] as? [Double])
      let scale = values.last ?? 0
      #expect(
        found.count == values.count && zip(found, values).allSatisfy { abs($0 - $1) <= 1e-5 * scale },
        "\(name)")
    }
  }

  @Test("pairs of no analyzed kind, as DPOT has, are listed as left out")
  func otherPairs() throws {
    let filters = ["blocks.0.filter.w1", "blocks.0.filter.w2"]
    try WeightFile([
      "fc.lora_A.weight": [2, 8], "fc.lora_B.weight": [6, 2],
      "blocks.0.filter.lora_A.w1": [2, 4, 8, 2], "blocks.0.filter.lora_B.w1": [2, 4, 2, 8],
      "blocks.0.filter.lora_A.w2": [2, 4, 8, 2], "blocks.0.filter.lora_B.w2": [2, 4, 2, 8],
      "time_agg_layer.lora_A.w": [3, 8, 2], "time_agg_layer.lora_B.w": [3, 2, 8],
    ]).write(to: workspace.path("dpot.safetensors"))
    let (layers, leftOut) = try analyze(["--checkpoint", "dpot.safetensors"])
    #expect(Array(layers.keys) == ["fc"])
    #expect(leftOut.mapValues { Set($0) } == ["other-low-rank": Set(filters + ["time_agg_layer.w"])])
    let text = try workspace.run(["analyze", "--checkpoint", "dpot.safetensors"]).output
    #expect(text.contains("Left out: 3 LoRA pairs of no analyzed kind: "), "\(text)")
    #expect(filters.allSatisfy { text.contains($0) })
    let some = try analyze(["--checkpoint", "dpot.safetensors", "--layers", "fc"])
    #expect(some.leftOut.isEmpty)
  }
}
