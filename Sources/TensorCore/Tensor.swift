/// A row-major, contiguous array of 32-bit floats with a shape.
///
/// `Tensor` is a value: a copy does not see later writes to the original. The storage is shared until one of the
/// copies is written to, and is aligned to 64 bytes.
public struct Tensor: Sendable {
  /// The extent of each axis; empty for a scalar.
  public let shape: [Int]

  /// The elements, for kernels that read them; who writes through it breaks the value semantics.
  package private(set) var storage: TensorStorage

  /// The number of elements: the product of the shape.
  public var count: Int { storage.count }

  /// The number of axes.
  public var rank: Int { shape.count }

  /// A tensor whose elements are not set yet; for code that writes every one of them.
  ///
  /// - Parameter shape: The extent of each axis, none of them negative.
  public init(uninitialized shape: [Int]) {
    precondition(shape.allSatisfy { $0 >= 0 }, "a tensor's shape cannot be negative: \(shape)")
    self.shape = shape
    storage = TensorStorage(count: shape.reduce(1, *))
  }

  /// A tensor with the same value everywhere.
  public init(repeating value: Float, shape: [Int]) {
    self.init(uninitialized: shape)
    storage.base.update(repeating: value, count: count)
  }

  /// A tensor of the given elements in row-major order.
  ///
  /// - Precondition: There are as many elements as the shape holds.
  public init(_ elements: some Collection<Float>, shape: [Int]) {
    self.init(uninitialized: shape)
    precondition(
      elements.count == count, "a tensor of shape \(shape) has \(count) elements, got \(elements.count)")
    _ = UnsafeMutableBufferPointer(start: storage.base, count: count).initialize(from: elements)
  }

  /// A tensor without axes that holds one value.
  public init(_ scalar: Float) {
    self.init(repeating: scalar, shape: [])
  }

  /// A tensor of zeros.
  public static func zeros(_ shape: [Int]) -> Tensor { Tensor(repeating: 0, shape: shape) }

  /// The elements in row-major order.
  public var elements: [Float] { Array(UnsafeBufferPointer(start: storage.base, count: count)) }

  /// The value of a tensor with one element.
  ///
  /// - Precondition: `count == 1`.
  public var scalar: Float {
    precondition(count == 1, "only a tensor with one element is a scalar, this one has shape \(shape)")
    return storage.base[0]
  }

  /// The same elements in the same order, under another shape. Does not copy.
  ///
  /// - Precondition: Both shapes hold the same number of elements.
  public func reshaped(_ shape: [Int]) -> Tensor {
    Tensor(storage: storage, shape: shape)
  }

  private init(storage: TensorStorage, shape: [Int]) {
    precondition(
      shape.reduce(1, *) == storage.count, "\(storage.count) elements cannot take the shape \(shape)")
    self.storage = storage
    self.shape = shape
  }

  /// The element at the given position.
  public subscript(position: Int...) -> Float {
    get { storage.base[offset(of: position)] }
    set {
      let offset = offset(of: position)
      makeUnique()
      storage.base[offset] = newValue
    }
  }

  private func offset(of position: [Int]) -> Int {
    precondition(position.count == rank, "a position in shape \(shape) has \(rank) indices, got \(position)")
    var offset = 0
    for (index, extent) in zip(position, shape) {
      precondition(index >= 0 && index < extent, "position \(position) is outside of shape \(shape)")
      offset = offset * extent + index
    }
    return offset
  }

  /// Calls `body` with the elements in row-major order, for reading.
  public func withUnsafeElements<Result, Failure>(
    _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeBufferPointer(start: storage.base, count: count))
  }

  /// Calls `body` with the elements in row-major order, for reading and writing.
  public mutating func withUnsafeMutableElements<Result, Failure>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    makeUnique()
    return try body(UnsafeMutableBufferPointer(start: storage.base, count: count))
  }

  /// The elements, for a kernel that writes them: no other tensor shares them.
  package mutating func mutableStorage() -> TensorStorage {
    makeUnique()
    return storage
  }

  private mutating func makeUnique() {
    guard !isKnownUniquelyReferenced(&storage) else { return }
    let (source, copy) = (storage, TensorStorage(count: count))
    parallelForPieces(of: count) { piece in
      (copy.base + piece.lowerBound).update(from: source.base + piece.lowerBound, count: piece.count)
    }
    storage = copy
  }
}

extension Tensor: Equatable {
  /// Whether two tensors have the same shape and equal elements (so never if one holds NaN).
  public static func == (left: Tensor, right: Tensor) -> Bool {
    guard left.shape == right.shape else { return false }
    return left.withUnsafeElements { a in right.withUnsafeElements { b in a.elementsEqual(b) } }
  }
}

extension Tensor: CustomStringConvertible {
  /// The shape and the first elements.
  public var description: String {
    let shown = elements.prefix(8).map { "\($0)" }.joined(separator: ", ")
    return "Tensor\(shape)[\(shown)\(count > 8 ? ", …" : "")]"
  }
}
