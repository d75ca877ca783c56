import ArrayFiles
public import SystemFiles
public import TensorCore

/// A file of weights: safetensors, or what PyTorch's `torch.save` has written, told apart by what it holds.
///
/// Of a PyTorch file, which is read without running it, the weights are the state dictionary under `model_state_dict`,
/// `state_dict` or `model` where there is one, and all tensors otherwise. What `DataParallel` and `torch.compile` put before
/// every name, `module.` and `_orig_mod.`, is left out. Complex tensors have a last axis of two in either format.
public struct WeightFile: Sendable {
  /// The file's name.
  public let path: String
  /// The file's own strings by key; empty if it has none, as PyTorch's have not.
  public let metadata: [String: String]
  /// The tensors' names, in the order of the file.
  public let names: [String]

  private enum Content {
    case safetensors(SafetensorsFile)
    /// The file, and which of its arrays a name stands for.
    case torch(TorchFile, [String: StoredArray])
  }

  private let content: Content

  /// Opens a file and checks what it says of its tensors.
  ///
  /// - Parameter path: The file.
  /// - Throws: ``SafetensorsError`` or `ArrayFileError` if it cannot be read, is damaged, or asks for a program to be run;
  ///   ``WeightFileError`` for a file of arrays that are no weights.
  public init(reading path: String) throws {
    self.path = path
    switch try ArrayFileFormats.open(path) {
    case nil:
      let file = try SafetensorsFile(reading: path)
      (metadata, names, content) = (file.metadata, file.names, .safetensors(file))
    case let file as TorchFile:
      let tensors = Self.stateDictionary(of: file)
      var arrays: [String: StoredArray] = [:]
      for (name, array) in tensors where arrays.updateValue(array, forKey: name) != nil {
        throw WeightFileError.duplicateTensor(file: path, tensor: name)
      }
      (metadata, names, content) = ([:], tensors.map(\.name), .torch(file, arrays))
    case let file?:
      throw WeightFileError.noWeights(file: path, format: file.format)
    }
  }

  /// The shape that a tensor has when read, or `nil` if the file holds no tensor of that name.
  ///
  /// - Parameter name: The tensor's name.
  /// - Returns: The extent of each axis.
  public func shape(of name: String) -> [Int]? {
    switch content {
    case .safetensors(let file): file.shape(of: name)
    case .torch(_, let arrays): arrays[name]?.shape
    }
  }

  /// Whether a tensor is stored as floating-point numbers.
  ///
  /// - Parameter name: The tensor's name.
  /// - Returns: `false` also if the file holds no tensor of that name.
  public func holdsFloats(named name: String) -> Bool {
    switch content {
    case .safetensors(let file): file.holdsFloats(named: name)
    case .torch(let file, let arrays): arrays[name].map { file.holdsFloats(named: $0.name) } ?? false
    }
  }

  /// Reads one tensor.
  ///
  /// - Parameter name: The tensor's name.
  /// - Returns: Its elements as 32-bit floats.
  /// - Throws: If there is no tensor of that name or the file can no longer be read.
  public func tensor(named name: String) throws -> Tensor {
    switch content {
    case .safetensors(let file): return try file.tensor(named: name)
    case .torch(let file, let arrays):
      guard let array = arrays[name] else {
        throw SafetensorsError.missingTensor(file: path, tensor: name, found: names)
      }
      let whole = ArraySlab(start: array.shape.map { _ in 0 }, count: array.shape)
      var tensor = Tensor(uninitialized: array.shape)
      try tensor.withUnsafeMutableElements { (elements) throws(ArrayFileError) in
        try file.read(array, whole, into: elements)
      }
      return tensor
    }
  }

  /// Where a checkpoint keeps the weights beside the optimizer's state and other things.
  private static let places = ["model_state_dict", "state_dict", "model"]
  private static let prefixes = ["module.", "_orig_mod."]

  /// The weights in a file of PyTorch's by their names.
  private static func stateDictionary(of file: TorchFile) -> [(name: String, array: StoredArray)] {
    var tensors = file.arrays.map { (name: $0.name, array: $0) }
    func strip(_ prefix: String) {
      tensors = tensors.map { (String($0.name.dropFirst(prefix.count)), $0.array) }
    }
    if let place = places.first(where: file.groups.contains) {
      tensors.removeAll { !$0.name.hasPrefix("\(place).") }
      strip("\(place).")
    }
    while let prefix = prefixes.first(where: { prefix in
      !tensors.isEmpty && tensors.allSatisfy { $0.name.hasPrefix(prefix) }
    }) {
      strip(prefix)
    }
    return tensors
  }
}

/// Why a file of arrays holds no weights.
public enum WeightFileError: ReportableError, Equatable {
  /// The file is in a format that weights are not kept in.
  case noWeights(file: String, format: String)
  /// Two tensors have the same name.
  case duplicateTensor(file: String, tensor: String)
  /// A file of PyTorch's would be larger than is written.
  case tooLarge(file: String, bytes: Int, limit: Int)
  /// A file of PyTorch's would hold more tensors than are written.
  case tooMany(file: String, tensors: Int, limit: Int)

  /// The file's fault.
  public var fault: Fault { .data }

  /// One sentence for the person at the terminal.
  public var message: Message {
    switch self {
    case .noWeights(let file, let format):
      "\(file) is \(format), expected weights: a safetensors file, or one that PyTorch's torch.save has written; check its name."
    case .duplicateTensor(let file, let tensor):
      "\(file) holds two tensors of the name \(tensor.debugDescription); save one state dictionary alone."
    case .tooLarge(let file, let bytes, let limit):
      "\(file) would have \(bytes) bytes, and PyTorch's files are written up to \(limit); write safetensors."
    case .tooMany(let file, let tensors, let limit):
      "\(file) would hold \(tensors) tensors, and PyTorch's files are written with up to \(limit); write safetensors."
    }
  }
}
