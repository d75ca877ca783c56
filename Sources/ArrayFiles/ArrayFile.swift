/// A file of named arrays, in any format: what a layout of fields looks at, and reads parts of.
///
/// Opening one reads the names and shapes, no values. ``read(_:_:into:)`` may be called from any thread.
public protocol ArrayFile: Sendable {
  /// Where the file is.
  var path: String { get }

  /// The format's name, as in "a NumPy file".
  var format: String { get }

  /// The arrays that hold numbers, in the order of the file.
  var arrays: [StoredArray] { get }

  /// What else the file holds, and why it is not among the arrays: texts, structures, sparse matrices.
  var skipped: [SkippedArray] { get }

  /// Reads a part of an array as 32-bit floats, in row-major order of ``StoredArray/shape``.
  ///
  /// - Parameters:
  ///   - array: One of ``arrays``.
  ///   - slab: The part, inside of the array's shape.
  ///   - target: Room for as many values as the slab has.
  /// - Throws: If the file cannot be read, is damaged, or has changed since it was opened.
  func read(_ array: StoredArray, _ slab: ArraySlab, into target: inout MutableSpan<Float>) throws

  /// Reads all of a list in double precision, such as a coordinate, whose steps may be small beside its numbers.
  ///
  /// - Parameter array: One of ``arrays``, with at most one axis of more than one number.
  /// - Returns: The numbers in order.
  /// - Throws: If the file cannot be read, is damaged, or has changed since it was opened.
  func list(_ array: StoredArray) throws -> [Double]

  /// The axis whose neighboring indices lie next to each other in the file; nil for an array of at most one number.
  ///
  /// - Parameter array: One of ``arrays``.
  /// - Returns: Its place in the array's shape.
  func innermostAxis(of array: StoredArray) -> Int?
}

extension ArrayFile {
  /// The last axis that has more than one index, unless a format says otherwise.
  public func innermostAxis(of array: StoredArray) -> Int? { array.shape.lastIndex { $0 > 1 } }

  /// Nothing, unless a format says otherwise.
  public var skipped: [SkippedArray] { [] }

  /// Reads a whole array as 32-bit floats.
  ///
  /// - Parameter array: One of ``arrays``; its elements must fit into memory.
  /// - Returns: The elements in row-major order.
  /// - Throws: If the file cannot be read, is damaged, or has changed since it was opened.
  public func values(of array: StoredArray) throws -> [Float] {
    let whole = ArraySlab(start: array.shape.map { _ in 0 }, count: array.shape)
    var values = [Float](repeating: 0, count: whole.elements)
    var target = values.mutableSpan
    try read(array, whole, into: &target)
    return values
  }
}

/// Something in a file that is not read.
public struct SkippedArray: Sendable, Equatable {
  /// Its name in the file.
  public let name: String
  /// What it is, as in "a cell array".
  public let kind: String

  /// Something in a file that is not read.
  public init(name: String, kind: String) {
    self.name = name
    self.kind = kind
  }
}

/// An array in a file: its name, shape and kind of numbers.
public struct StoredArray: Sendable, Equatable {
  /// Its name in the file; empty where a file holds one array without a name.
  public let name: String
  /// The extent of each axis, as the file's own users write it, the first index changing slowest; empty for a single number.
  /// Complex numbers have a last axis of two: (real, imaginary).
  public let shape: [Int]
  /// The kind of its numbers in the words of its format, such as "float32".
  public let elementType: String

  /// An array in a file.
  public init(name: String, shape: [Int], elementType: String) {
    self.name = name
    self.shape = shape
    self.elementType = elementType
  }
}

/// A regular part of an array: a start, a count and a stride for each axis.
public struct ArraySlab: Sendable, Equatable {
  /// The first index of each axis.
  public let start: [Int]
  /// The number of indices of each axis.
  public let count: [Int]
  /// The distance of neighboring indices of each axis, at least 1.
  public let stride: [Int]

  /// A part of an array.
  ///
  /// - Parameters:
  ///   - start: The first index of each axis.
  ///   - count: The number of indices of each axis.
  ///   - stride: The distance of neighboring indices of each axis; 1 unless given.
  public init(start: [Int], count: [Int], stride: [Int]? = nil) {
    self.start = start
    self.count = count
    self.stride = stride ?? Array(repeating: 1, count: start.count)
  }

  /// The number of elements.
  public var elements: Int { count.reduce(1, *) }

  /// Traps unless the part lies inside of an array.
  ///
  /// - Parameter shape: The extents of the array.
  package func requireInside(of shape: [Int]) {
    precondition(
      start.count == shape.count && count.count == shape.count && stride.count == shape.count,
      "a part of an array of shape \(shape) has \(shape.count) axes, got \(self)")
    for axis in shape.indices {
      precondition(
        start[axis] >= 0 && count[axis] >= 0 && stride[axis] >= 1
          && (count[axis] == 0 || start[axis] + (count[axis] - 1) * stride[axis] < shape[axis]),
        "\(self) is outside of an array of shape \(shape)")
    }
  }
}
