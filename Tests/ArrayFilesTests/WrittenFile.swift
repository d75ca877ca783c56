import ArrayFiles
import Foundation
import TestSupport

/// Writes files and reads them as a user of the library would.
struct WrittenFile {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func path(_ bytes: [UInt8], _ name: String = "file") throws -> String {
    try Data(bytes).write(to: URL(filePath: folder.file(name)))
    return folder.file(name)
  }

  /// The file that bytes make, in the format that they are in.
  func open(_ bytes: [UInt8]) throws -> (any ArrayFile)? {
    try ArrayFileFormats.open(path(bytes))
  }

  /// The arrays of a file by name: shape, type and values.
  func contents(_ bytes: [UInt8]) throws -> [String: Content] {
    guard let file = try open(bytes) else { return [:] }
    var contents: [String: Content] = [:]
    for array in file.arrays {
      contents[array.name] = Content(
        shape: array.shape, type: array.elementType, values: try file.values(of: array))
    }
    return contents
  }

  struct Content: Equatable {
    let shape: [Int]
    let type: String
    let values: [Float]
  }
}

extension ArrayFile {
  /// A part of an array.
  func part(_ array: StoredArray, _ slab: ArraySlab) throws -> [Float] {
    var values = [Float](repeating: .nan, count: slab.elements)
    var target = values.mutableSpan
    try read(array, slab, into: &target)
    return values
  }
}
