import Foundation
public import Safetensors
public import SystemFiles
public import TensorCore

/// The weights of any model, in one file (safetensors or PyTorch's) or in the several that an index
/// (`….safetensors.index.json`) lists.
///
/// Headers alone are read at first; ``tensor(named:)`` reads one tensor.
public struct WeightArchive: Sendable {
  /// The file that was named: the weights or their index.
  public let path: String
  /// The tensors' names in the order of the model's layers, as far as it is known.
  ///
  /// A model that is known has its own order. Files of PyTorch are sorted by name, `layer.10` before `layer.2`: their numbers
  /// are put in order, and a transformer's head behind the rest. Other files are taken to be in the order that they were written in.
  public let names: [String]

  /// What the file says of itself, by key; empty for a model in several files.
  public var metadata: [String: String] { files.count == 1 ? files[0].metadata : [:] }

  private let files: [WeightFile]
  private let fileOfTensor: [String: Int]

  /// Opens the file, or all files of an index, and checks their headers.
  ///
  /// - Parameters:
  ///   - path: A file of weights, or an index that ends in `.json`.
  ///   - knownOrder: The parameters' names in the order of the model that a file holds, if it is known.
  /// - Throws: What `WeightFile` throws for a broken file, ``WeightArchiveError`` for a broken index.
  public init(
    reading path: String, knownOrder: (_ file: WeightFile) -> [String]? = { _ in nil }
  ) throws {
    self.path = path
    files = try (path.hasSuffix(".json") ? Self.shards(of: path) : [path])
      .map { try WeightFile(reading: $0) }
    var fileOfTensor: [String: Int] = [:]
    for (index, file) in files.enumerated() {
      for name in file.names where fileOfTensor.updateValue(index, forKey: name) != nil {
        throw WeightArchiveError.duplicateTensor(index: path, tensor: name)
      }
    }
    self.fileOfTensor = fileOfTensor
    names = Self.modelOrder(of: files, knownOrder)
  }

  /// The shape of a tensor when read, or `nil` if there is none of that name.
  ///
  /// - Parameter name: The tensor's name.
  /// - Returns: The extent of each axis.
  public func shape(of name: String) -> [Int]? {
    fileOfTensor[name].flatMap { files[$0].shape(of: name) }
  }

  /// Whether a tensor is stored as floating-point numbers.
  ///
  /// - Parameter name: The tensor's name.
  /// - Returns: `false` also if there is none of that name.
  public func holdsFloats(named name: String) -> Bool {
    fileOfTensor[name].map { files[$0].holdsFloats(named: name) } ?? false
  }

  /// Reads one tensor.
  ///
  /// - Parameter name: The tensor's name.
  /// - Returns: Its elements as 32-bit floats.
  /// - Throws: If there is no tensor of that name or its file can no longer be read.
  public func tensor(named name: String) throws -> Tensor {
    guard let index = fileOfTensor[name] else {
      throw SafetensorsError.missingTensor(file: path, tensor: name, found: names)
    }
    return try files[index].tensor(named: name)
  }

  private static func modelOrder(
    of files: [WeightFile], _ knownOrder: (WeightFile) -> [String]?
  ) -> [String] {
    let names = files.flatMap(\.names)
    if files.count == 1, let known = knownOrder(files[0]) {
      return known + names.filter { !known.contains($0) }
    }
    let areSorted = files.allSatisfy { file in
      zip(file.names, file.names.dropFirst()).allSatisfy { $0 < $1 }
    }
    guard areSorted else { return names }
    let numeric = names.sorted { $0.compare($1, options: .numeric) == .orderedAscending }
    return numeric.filter { !isOfHead($0) } + numeric.filter(isOfHead)
  }

  /// Whether a tensor belongs to what a transformer ends with, by the names that are common.
  private static func isOfHead(_ name: String) -> Bool {
    ["lm_head", "classifier", "score", "qa_outputs"].contains(name.prefix { $0 != "." })
  }

  private struct Index: Decodable {
    let weightMap: [String: String]

    private enum CodingKeys: String, CodingKey { case weightMap = "weight_map" }
  }

  /// The files that an index lists, which are beside it.
  private static func shards(of path: String) throws -> [String] {
    guard let content = try InputFile.text(of: path, limit: 16 << 20),
      let index = try? JSONDecoder().decode(Index.self, from: Data(content.utf8)), !index.weightMap.isEmpty
    else {
      throw WeightArchiveError.noIndex(file: path)
    }
    let files = Set(index.weightMap.values).sorted()
    for file in files where file.contains("/") || file.contains("\u{0}") || [".", "..", ""].contains(file) {
      throw WeightArchiveError.elsewhere(index: path, file: file)
    }
    return files.map { FilePath.sibling(of: path, named: $0) }
  }
}

/// An error in an index of weights.
public enum WeightArchiveError: ReportableError, Equatable {
  /// A JSON file that lists no files of tensors.
  case noIndex(file: String)
  /// An index lists a file that is not beside it.
  case elsewhere(index: String, file: String)
  /// Two of an index's files hold a tensor of the same name.
  case duplicateTensor(index: String, tensor: String)

  /// The files' fault.
  public var fault: Fault { .data }

  /// One sentence for the user.
  public var message: Message {
    switch self {
    case .noIndex(let file):
      "\(file) is not an index of safetensors files: expected JSON with a \"weight_map\" from tensors to files; "
        + "name a safetensors file or its model.safetensors.index.json."
    case .elsewhere(let index, let file):
      "\(index) lists the file \(file.debugDescription), and all files of an index are beside it; copy them there and "
        + "correct the index."
    case .duplicateTensor(let index, let tensor):
      "two of the files that \(index) lists hold the tensor \(tensor.debugDescription); copy the files again."
    }
  }
}
