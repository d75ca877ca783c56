import ArrayFiles
import Foundation
import Safetensors
import SystemFiles
import TensorCore
import TestSupport
import Testing

@Suite("State dictionaries")
struct StateDictionaryTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private let tensors: [(name: String, tensor: Tensor)] = [
    ("conv0.weights1", Tensor((0..<24).map { Float($0) - 11.5 }, shape: [2, 3, 2, 2])),
    ("fc0.weight", Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])),
    ("fc0.bias", Tensor([-0.5, 1e-30], shape: [2])),
    ("norm.num_batches_tracked", Tensor(7)),
    ("ünd \"mehr\"", Tensor([], shape: [0])),
  ]

  @Test("are read as they were written", arguments: StateDictionary.Format.allCases)
  func backAndForth(format: StateDictionary.Format) throws {
    let path = folder.file("weights")
    try StateDictionary.write(
      tensors, complex: ["conv0.weights1"], metadata: ["model": "fno2d"], to: path, as: format)
    let file = try WeightFile(reading: path)
    #expect(Set(file.names) == Set(tensors.map(\.name)))
    for (name, tensor) in tensors {
      #expect(file.shape(of: name) == tensor.shape)
      #expect(try file.tensor(named: name) == tensor)
      #expect(file.holdsFloats(named: name))
    }
    #expect(file.metadata["model"] == (format == .safetensors ? "fno2d" : nil))
  }

  @Test("have the same bytes for the same weights", arguments: StateDictionary.Format.allCases)
  func sameBytes(format: StateDictionary.Format) throws {
    let paths = ["a", "b"].map { folder.file($0) }
    for path in paths {
      try StateDictionary.write(tensors, complex: ["conv0.weights1"], metadata: [:], to: path, as: format)
    }
    let bytes = try paths.map { try Data(contentsOf: URL(filePath: $0)) }
    #expect(bytes[0] == bytes[1])
  }

  @Test("of more tensors than the entries of a zip can be counted are refused in PyTorch's form")
  func tooMany() throws {
    let (limit, path) = (TorchStateDictionary.mostTensors, folder.file("weights"))
    #expect(limit + 3 < 0xFFFF)
    let zero = Tensor(0)
    let many = (0...limit).map { (name: "t\($0)", tensor: zero) }
    #expect(throws: WeightFileError.tooMany(file: path, tensors: limit + 1, limit: limit)) {
      try StateDictionary.write(many, complex: [], metadata: [:], to: path, as: .torch)
    }
    #expect(try folder.content.isEmpty)
  }

  @Test("are not written where there is no folder", arguments: StateDictionary.Format.allCases)
  func noFolder(format: StateDictionary.Format) {
    #expect(throws: FileError.self) {
      try StateDictionary.write(
        tensors, complex: [], metadata: [:], to: folder.file("none/weights"), as: format)
    }
  }
}
