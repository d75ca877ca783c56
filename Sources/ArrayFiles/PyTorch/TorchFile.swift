/// What PyTorch's `torch.save` has written, read without running any of it: tensors, by themselves or in dictionaries and lists.
///
/// A tensor in dictionaries is named by its keys, as in `model_state_dict.conv0.weights1`; one by itself has an empty name.
/// Views are respected: strides, offsets and storages that several tensors share. Numbers are read where they lie in the
/// file. A file that asks for anything but tensors, storages, ordered dictionaries and plain values is refused with the
/// name of what it asks for.
///
/// Source: the formats are those of PyTorch's `torch/serialization.py`.
public struct TorchFile: ArrayFile {
  private let table: ArrayTable
  private let types: [String: NumberType]
  /// The keys of the outermost dictionary whose values are dictionaries themselves.
  package let groups: Set<String>

  /// Where the file is.
  public var path: String { table.file.path }
  /// The format's name.
  public var format: String { "a PyTorch file" }
  /// The tensors by the keys that lead to them.
  public var arrays: [StoredArray] { table.arrays }

  init(_ container: TorchContainer, of file: OpenedFile) throws(ArrayFileError) {
    var walk = TensorWalk(pickle: container.pickle, file: file)
    try walk.visit(container.pickle.value, "", depth: 0)
    var found: [(name: String, elementType: String, content: StridedArray)] = []
    var types: [String: NumberType] = [:]
    // Views may overlap, but a small file must not come to a multitude of large tensors.
    var room = 16 * container.storages.reduce(0) { $0 + min($1.count, Int.max / 64 - $0) }
    for (name, place) in walk.tensors {
      let tensor = container.pickle.tensors[place]
      let label = "the tensor \(ArrayFileError.quoted(name))"
      let source = container.storages[tensor.storage]
      let size = tensor.type.byteCount
      let steps = tensor.strides.map { $0.multipliedReportingOverflow(by: size) }
      let start = tensor.offset.multipliedReportingOverflow(by: size)
      guard !start.overflow, !steps.contains(where: \.overflow),
        let array = StridedArray(
          source, tensor.type, isBigEndian: container.isBigEndian, offset: start.partialValue,
          shape: tensor.shape, steps: steps.map(\.partialValue))
      else {
        throw file.damaged(
          label,
          "of size \(tensor.shape), strides \(tensor.strides) and offset \(tensor.offset) is larger than its storage",
          expected: "at most \(source.count) bytes")
      }
      let bytes = array.shape.reduce(array.type.byteCount, *)
      guard bytes <= source.count, bytes <= room else {
        throw .unsupported(
          file: file.path, place: label, found: "has \(bytes) bytes of \(source.count) that are stored",
          expected: "numbers of its own", wayOut: "call contiguous() before it is saved")
      }
      room -= bytes
      types[name] = tensor.type
      found.append((name, tensor.type.rawValue, array))
    }
    table = try ArrayTable(file, found)
    self.types = types
    groups = walk.groups
  }

  /// Whether a tensor holds floating-point numbers.
  ///
  /// - Parameter name: One of the tensors' names.
  /// - Returns: `false` also if there is none of that name.
  package func holdsFloats(named name: String) -> Bool {
    types[name]?.isFloatingPoint ?? false
  }

  /// Reads all of a list, such as a coordinate, in double precision.
  public func list(_ array: StoredArray) throws(ArrayFileError) -> [Double] { try table.list(array) }

  /// The axis whose neighboring indices lie next to each other in the file.
  public func innermostAxis(of array: StoredArray) -> Int? { table.innermostAxis(of: array) }

  /// Reads a part of a tensor as 32-bit floats, in row-major order of ``StoredArray/shape``.
  public func read(
    _ array: StoredArray, _ slab: ArraySlab, into target: inout MutableSpan<Float>
  ) throws(ArrayFileError) {
    try target.withUnsafeMutableBufferPointer { (target) throws(ArrayFileError) in
      try read(array, slab, into: target)
    }
  }

  /// Reads a part of a tensor into memory of the caller.
  package func read(
    _ array: StoredArray, _ slab: ArraySlab, into target: UnsafeMutableBufferPointer<Float>
  ) throws(ArrayFileError) {
    try table.read(array, slab, into: target)
  }
}

/// Finds the tensors of a pickle, and names each by the keys that lead to it.
private struct TensorWalk {
  let pickle: Pickle
  let file: OpenedFile
  var tensors: [(name: String, place: Int)] = []
  var groups: Set<String> = []
  private var visits = 0

  /// Values may hold themselves, and share parts that multiply when they are followed.
  private static let deepest = 32
  private static let mostVisits = 1_000_000
  private static let longestName = 1024

  init(pickle: Pickle, file: OpenedFile) {
    self.pickle = pickle
    self.file = file
  }

  mutating func visit(_ value: PickleValue, _ name: String, depth: Int) throws(ArrayFileError) {
    visits += 1
    guard depth <= Self.deepest, visits <= Self.mostVisits, name.utf8.count <= Self.longestName else {
      throw file.damaged(
        "the value \(ArrayFileError.quoted(name))", "is nested too deeply, too large or named too long",
        expected: "at most \(Self.deepest) levels and \(Self.mostVisits) values")
    }
    switch value {
    case .tensor(let place): tensors.append((name, place))
    case .sequence(let place):
      for (index, value) in pickle.sequences[place].enumerated() {
        try visit(value, joined(name, "\(index)"), depth: depth + 1)
      }
    case .dictionary(let place):
      for (key, value) in pickle.dictionaries[place] {
        let part: String
        switch key {
        case .text(let text): part = text
        case .integer(let number): part = "\(number)"
        default: continue
        }
        if depth == 0, case .dictionary = value { groups.insert(part) }
        try visit(value, joined(name, part), depth: depth + 1)
      }
    default: break
    }
  }

  private func joined(_ name: String, _ part: String) -> String {
    name.isEmpty ? part : "\(name).\(part)"
  }
}
