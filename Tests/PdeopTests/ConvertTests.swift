import Foundation
import Safetensors
import TensorCore
import TestSupport
import Testing

@Suite("Conversion of weights", .enabled(if: Command.isBuilt, Command.absence))
struct ConvertTests {
  private let workspace: Workspace
  private let best = "run/checkpoints/best.safetensors"

  init() throws {
    workspace = try Workspace()
    try workspace.train("run", ["--test-samples", "3"])
  }

  private func convert(_ source: String, _ target: String, _ output: String) throws -> NSDictionary {
    let outcome = try workspace.run(["convert", source, "--to", target, "--output", output, "--json"])
    try #require(outcome.status == 0, "\(outcome.errors)")
    return try outcome.object() as NSDictionary
  }

  @Test("to PyTorch and back gives the same weights, in either format")
  func backAndForth() throws {
    let original = try Safetensors.WeightFile(reading: workspace.path(best))
    for name in ["fno.pt", "fno-torch.safetensors"] {
      let result = try convert(best, "pytorch", name)
      #expect(result["tensors"] as? Int == original.names.count)
      #expect(result["takes_data_units"] as? Bool == false)
      _ = try convert(name, "pdeop", "back-\(name).safetensors")
      let back = try Safetensors.WeightFile(reading: workspace.path("back-\(name).safetensors"))
      #expect(back.names.sorted() == original.names.sorted())
      for tensor in original.names {
        #expect(try back.tensor(named: tensor) == original.tensor(named: tensor))
      }
    }
    // What safetensors say beside the weights, scaling included, is kept.
    let kept = try Safetensors.WeightFile(reading: workspace.path("back-fno-torch.safetensors.safetensors"))
      .metadata
    #expect(kept["normalization"] == original.metadata["normalization"])
  }

  @Test("writes complex weights as complex numbers")
  func complexNumbers() throws {
    _ = try convert(best, "pytorch", "fno.safetensors")
    let bytes = try workspace.bytes("fno.safetensors")
    let header = String(decoding: bytes.prefix(4096), as: UTF8.self)
    #expect(header.contains(#""conv0.weights1":{"dtype":"C64","shape":[6,6,4],"#))
    #expect(header.contains(#""fc1.bias":{"dtype":"F32","shape":[128],"#))
  }

  @Test("replaces nothing, and refuses what is no checkpoint")
  func refusals() throws {
    try workspace.expectRefusal(
      ["convert", best, "--to", "pytorch", "--output", best], status: 64, naming: [best])
    try workspace.write("no weights at all", to: "text.pt")
    try workspace.expectRefusal(
      ["convert", "text.pt", "--to", "pdeop", "--output", "new.safetensors"], status: 65, naming: ["text.pt"])
    try workspace.expectRefusal(
      ["convert", best, "--to", "pdeop", "--output", "new.pt"], status: 64, naming: [".safetensors"])
    try workspace.expectRefusal(
      ["convert", best, "--to", "jax", "--output", "new.pt"], status: 64, naming: ["jax", "pytorch"])
    #expect(!workspace.exists("new.pt") && !workspace.exists("new.safetensors"))
  }
}
