import Foundation
import Safetensors
import TensorCore
import TestSupport
import Testing

@Suite("Checkpoints of PyTorch's", .enabled(if: Command.isBuilt, Command.absence))
struct TorchCheckpointTests {
  private let workspace: Workspace

  /// A workspace with a trained run, whose weights are in `bare.safetensors` and, as PDEBench publishes them, in
  /// `checkpoint.bin`.
  init() throws {
    workspace = try Workspace()
    try workspace.train("run", ["--test-samples", "3"])
    let file = try SafetensorsFile(reading: workspace.path("run/checkpoints/best.safetensors"))
    let tensors = try file.names.map { (name: $0, tensor: try file.tensor(named: $0)) }
    try SafetensorsFile.write(tensors, to: workspace.path("bare.safetensors"))
    var storages: [TorchSeed.Storage] = []
    var members: [(PickleSeed, PickleSeed)] = []
    for (index, (name, tensor)) in tensors.enumerated() {
      let isComplex = name.hasSuffix("weights1")
      let shape = isComplex ? tensor.shape.dropLast() : tensor.shape[...]
      let bytes = NumPySeed.floats(tensor.withUnsafeElements { Array($0) })
      let storage = TorchSeed.Storage(
        "\(index)", isComplex ? "ComplexFloatStorage" : "FloatStorage", count: shape.reduce(1, *), bytes)
      let strides = shape.indices.map { shape[($0 + 1)...].reduce(1, *) }
      storages.append(storage)
      members.append((.text("module.\(name)"), storage.tensor(Array(shape), strides: strides)))
    }
    let checkpoint = PickleSeed.named([
      "epoch": .integer(2), "model_state_dict": .dictionary(members),
      "optimizer_state_dict": .named(["state": .dictionary([]), "param_groups": .list([])]),
      "loss": .number(0.5),
    ])
    try Data(TorchSeed.zip(checkpoint, storages)).write(to: URL(filePath: workspace.path("checkpoint.bin")))
    let hostile = PickleSeed.named([
      "model_state_dict": .call(.global("posix", "system"), [.text("touch \(workspace.path("was-run"))")])
    ])
    try Data(TorchSeed.zip(hostile, [])).write(to: URL(filePath: workspace.path("hostile.bin")))
  }

  private static let choice = ["--data", "line.hdf5", "--test-samples", "3"]

  private func object(_ arguments: [String]) throws -> NSDictionary {
    let outcome = try workspace.run(arguments + ["--json"])
    try #require(outcome.status == 0, "\(outcome.errors)")
    return try outcome.object() as NSDictionary
  }

  @Test("are evaluated, predicted with, analyzed and trained from as safetensors of the same weights are")
  func everywhere() throws {
    let evaluations = try ["bare.safetensors", "checkpoint.bin"].map {
      try object(["evaluate", "--checkpoint", $0] + Self.choice)
    }
    #expect(evaluations[0] == evaluations[1])
    #expect(evaluations[0]["samples"] as? Int == 3)

    for name in ["bare.safetensors", "checkpoint.bin"] {
      _ = try object(["predict", "--checkpoint", name, "--output", "\(name).hdf5"] + Self.choice)
    }
    let predictions = try ["bare.safetensors", "checkpoint.bin"].map {
      try object(["evaluate", "--prediction", "\($0).hdf5", "--data", "line.hdf5"])
    }
    #expect(predictions[0] == predictions[1])

    let analyses = try ["bare.safetensors", "checkpoint.bin"].map {
      try #require(object(["analyze", "--checkpoint", $0, "--include", "spectral"])["layers"] as? NSArray)
    }
    #expect(analyses[0] == analyses[1] && analyses[0].count > 3)

    try workspace.train("from-safetensors", ["--initial-weights", "bare.safetensors"])
    try workspace.train("from-pytorch", ["--initial-weights", "checkpoint.bin"])
    #expect(try workspace.haveSameMetrics("from-safetensors", "from-pytorch"))
  }

  @Test("see fields as they are, which is noted, as what scales them is in none")
  func unknownScaling() throws {
    let names = ["bare.safetensors", "checkpoint.bin", "run/checkpoints/best.safetensors"]
    for (index, name) in names.enumerated() {
      for command in [["evaluate"], ["predict", "--output", "\(index).hdf5"]] {
        let outcome = try workspace.run(command + ["--checkpoint", name] + Self.choice)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let isNoted = outcome.errors.contains("Note: \(name) has neither scaling nor formulation")
        #expect(isNoted == (index < 2), "\(outcome.errors)")
      }
    }
  }

  @Test("are not taken for fields")
  func notFields() throws {
    let made = try workspace.run(["convert", "bare.safetensors", "--to", "pytorch", "--output", "fno.pt"])
    try #require(made.status == 0, "\(made.errors)")
    for name in ["checkpoint.bin", "fno.pt"] {
      try workspace.expectRefusal(
        ["inspect", name], status: 65,
        naming: [name, "weights of a model", "pdeop convert \(name) --to pdeop"])
    }
  }

  @Test("that would run a command are refused by its name, and nothing is run")
  func hostile() throws {
    for command in [
      ["evaluate", "--checkpoint", "hostile.bin"] + Self.choice,
      ["predict", "--checkpoint", "hostile.bin", "--output", "p.hdf5"] + Self.choice,
      ["analyze", "--checkpoint", "hostile.bin"],
      ["train", "--data", "line.hdf5", "--output", "new", "--initial-weights", "hostile.bin"]
        + Workspace.plain,
    ] {
      try workspace.expectRefusal(
        command, status: 65, naming: ["hostile.bin", "posix.system", "nothing was run"])
    }
    #expect(!workspace.exists("was-run"))
  }

  @Test("and other files of arrays are no weights")
  func others() throws {
    let array = NumPySeed.array("<f4", "(1,)", NumPySeed.floats([1]))
    try Data(array).write(to: URL(filePath: workspace.path("array.pt")))
    try workspace.expectRefusal(
      ["analyze", "--checkpoint", "array.pt"], status: 65,
      naming: ["array.pt", "NumPy", "safetensors", "torch.save"])
    try workspace.write("no weights at all", to: "text.pt")
    try workspace.expectRefusal(
      ["analyze", "--checkpoint", "text.pt"], status: 65, naming: ["text.pt", "safetensors", "torch.save"])
  }
}
