/// The arrays of one file by name: what every reader has found when it is done.
struct ArrayTable: Sendable {
  let file: OpenedFile
  let arrays: [StoredArray]
  private let content: [String: StridedArray]

  /// A file may describe no more arrays than this: each takes memory before any is read.
  static let mostArrays = 100_000

  /// The arrays of a file.
  ///
  /// - Throws: If two of them have the same name, or there are too many.
  init(
    _ file: OpenedFile, _ found: [(name: String, elementType: String, content: StridedArray)]
  ) throws(ArrayFileError) {
    guard found.count <= Self.mostArrays else {
      throw file.damaged("it", "holds \(found.count) arrays", expected: "at most \(Self.mostArrays)")
    }
    var content: [String: StridedArray] = [:]
    for entry in found where content.updateValue(entry.content, forKey: entry.name) != nil {
      throw file.damaged(
        "the name \(ArrayFileError.quoted(entry.name))", "stands for two arrays", expected: "unique names")
    }
    self.file = file
    self.content = content
    arrays = found.map { StoredArray(name: $0.name, shape: $0.content.shape, elementType: $0.elementType) }
  }

  /// The axis with the shortest steps.
  func innermostAxis(of array: StoredArray) -> Int? {
    guard let content = content[array.name] else { return nil }
    return content.shape.indices.filter { content.shape[$0] > 1 }.min {
      content.steps[$0] < content.steps[$1]
    }
  }

  func read(
    _ array: StoredArray, _ slab: ArraySlab, into target: UnsafeMutableBufferPointer<Float>
  ) throws(ArrayFileError) {
    guard let content = content[array.name], content.shape == array.shape else {
      preconditionFailure("\(file.path) has no array \(array.name) of shape \(array.shape)")
    }
    try content.read(slab, into: target)
    try file.requireUnchanged()
  }

  /// The numbers of a list in double precision.
  func list(_ array: StoredArray) throws(ArrayFileError) -> [Double] {
    guard let content = content[array.name], content.shape == array.shape else {
      preconditionFailure("\(file.path) has no array \(array.name) of shape \(array.shape)")
    }
    let values = try content.list()
    try file.requireUnchanged()
    return values
  }
}
