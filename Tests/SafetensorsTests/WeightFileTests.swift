import ArrayFiles
import Foundation
import Safetensors
import SystemFiles
import TensorCore
import TestSupport
import Testing

@Suite("Files of weights")
struct WeightFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func file(_ bytes: [UInt8]) throws -> WeightFile {
    try Data(bytes).write(to: URL(filePath: folder.file("weights")))
    return try WeightFile(reading: folder.file("weights"))
  }

  private let storage = TorchSeed.Storage("0", [1, 2, 3, 4, 5, 6])
  private var weight: PickleSeed { storage.tensor([2, 3], strides: [3, 1]) }

  @Test(
    "of PyTorch are the state dictionary, without what stands before every name",
    arguments: ["model_state_dict", "state_dict", "model"])
  func stateDictionary(place: String) throws {
    let file = try file(
      TorchSeed.zip(
        .named([
          place: .named([
            "module._orig_mod.fc.weight": weight,
            "module._orig_mod.fc.bias": storage.tensor([2], strides: [1]),
          ]),
          "optimizer_state_dict": .named(["state": .dictionary([(.integer(0), .named(["exp_avg": weight]))])]
          ),
          "epoch": .integer(1),
        ]), [storage]))
    #expect(file.names == ["fc.weight", "fc.bias"])
    #expect(file.metadata.isEmpty)
    #expect(file.shape(of: "fc.weight") == [2, 3])
    #expect(file.shape(of: "exp_avg") == nil)
    #expect(file.holdsFloats(named: "fc.bias"))
    #expect(try file.tensor(named: "fc.weight") == Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3]))
    #expect(throws: SafetensorsError.self) { try file.tensor(named: "fc9") }
  }

  @Test("of PyTorch without a state dictionary are all tensors, with names that begin alike by chance")
  func plain() throws {
    let counts = TorchSeed.Storage("1", "LongStorage", count: 1, NumPySeed.little(7, 8))
    let file = try file(
      TorchSeed.zip(
        .named(["model.layer.weight": weight, "module.n": counts.tensor([], strides: [])]), [storage, counts])
    )
    #expect(file.names == ["model.layer.weight", "module.n"])
    #expect(!file.holdsFloats(named: "module.n"))
    #expect(try file.tensor(named: "module.n") == Tensor(7))
  }

  @Test("are told from other files by their content")
  func others() throws {
    let path = folder.file("weights.pt")
    try SafetensorsFile.write([("fc0.weight", Tensor([1, 2], shape: [2]))], metadata: ["a": "b"], to: path)
    let file = try WeightFile(reading: path)
    #expect(file.names == ["fc0.weight"] && file.metadata == ["a": "b"])
    let array = NumPySeed.array("<f4", "(1,)", NumPySeed.floats([1]))
    #expect(throws: WeightFileError.noWeights(file: folder.file("weights"), format: "a NumPy file")) {
      try self.file(array)
    }
    #expect(throws: SafetensorsError.self) { try self.file([UInt8](repeating: 0x41, count: 100)) }
  }

  @Test(
    "that PDEBench publishes hold the weights of the same model",
    .enabled(if: Reference.larger != nil, "\(Reference.absence)"),
    arguments: [("1D_FNO", "fno1d"), ("1D_FNO_legacy", "fno1d"), ("1D_Unet_dataparallel", "unet1d")])
  func published(name: String, model: String) throws {
    let set = try #require(Reference.larger)
    let checkpoint = try WeightFile(reading: set.path("formats/\(name).pt"))
    let weights = try WeightFile(reading: set.path("\(model).safetensors"))
    #expect(Set(checkpoint.names) == Set(weights.names))
    for name in weights.names {
      #expect(try checkpoint.tensor(named: name) == weights.tensor(named: name), "\(name)")
    }
  }
}
