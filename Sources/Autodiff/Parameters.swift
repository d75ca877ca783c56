import OrderedCollections
public import TensorCore

/// The named tensors of a model, in the model's order.
///
/// Names are the ones that the field's checkpoints use (`conv0.weights1`, `fc0.weight`): optimizers, learning rates per
/// layer, checkpoints and imports all go by them. Complex tensors carry a trailing axis of 2 (real, imaginary).
public struct Parameters: Sendable, Equatable {
  private var tensors: OrderedDictionary<String, Tensor>

  /// An empty collection, or one of the given pairs.
  ///
  /// - Precondition: No name occurs twice.
  public init(_ pairs: some Sequence<(name: String, tensor: Tensor)> = []) {
    tensors = [:]
    for (name, tensor) in pairs { append(tensor, named: name) }
  }

  /// The names in order.
  public var names: [String] { Array(tensors.keys) }

  /// The number of tensors.
  public var count: Int { tensors.count }

  /// The number of elements in all tensors together.
  public var elementCount: Int { tensors.values.reduce(0) { $0 + $1.count } }

  /// The tensor of that name, or nil.
  public func tensor(named name: String) -> Tensor? { tensors[name] }

  /// The tensor of that name.
  ///
  /// - Precondition: There is one; ``tensor(named:)`` is for callers who do not know.
  public subscript(name: String) -> Tensor {
    get {
      guard let tensor = tensors[name] else { preconditionFailure("no parameter is named '\(name)'") }
      return tensor
    }
    _modify {
      guard let index = tensors.index(forKey: name) else {
        preconditionFailure("no parameter is named '\(name)'")
      }
      yield &tensors.values[index]
    }
  }

  /// Adds a tensor at the end.
  ///
  /// - Precondition: The name is new.
  public mutating func append(_ tensor: Tensor, named name: String) {
    precondition(tensors[name] == nil, "two parameters are named '\(name)'")
    tensors[name] = tensor
  }

  /// Puts other tensors in the place of those of the same names.
  ///
  /// - Precondition: There is one of each name.
  public mutating func replace(with others: Parameters) {
    for (name, tensor) in others { self[name] = tensor }
  }
}

extension Parameters: Sequence {
  /// Iterates over names and tensors in order.
  public func makeIterator() -> some IteratorProtocol<(name: String, tensor: Tensor)> {
    tensors.lazy.map { (name: $0.key, tensor: $0.value) }.makeIterator()
  }
}
