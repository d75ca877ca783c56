import Foundation
public import HDF5
import SystemFiles

/// Files whose samples are one set: by their names, as a folder, or as a pattern such as `run-*.hdf5`.
public struct DataFiles: Sendable, Equatable {
  /// Files of samples to train on, or for all purposes.
  public var files: [String]
  /// Files whose samples are for the test.
  public var test: [String]
  /// Files whose samples choose the best checkpoint.
  public var validation: [String]

  /// Files by purpose.
  public init(_ files: [String], test: [String] = [], validation: [String] = []) {
    self.files = files
    self.test = test
    self.validation = validation
  }

  /// Opens all files as one data set; reads no field.
  ///
  /// A folder with the folders `train`, `valid` and `test`, as those of The Well, divides its samples itself.
  ///
  /// - Parameters:
  ///   - selection: What is to be read of each file.
  ///   - access: What files may refer to, and what happens before they are opened.
  /// - Returns: The data set.
  /// - Throws: What ``DataFile/open(_:selection:access:)`` throws, ``DataFileError/givenTwice(file:other:)``, and
  ///   ``DataFileError/differ(file:other:_:)`` where the files do not agree.
  public func open(
    selection: FieldSelection = FieldSelection(), access: HDF5Access = .standard
  ) throws -> any FieldDataSet {
    let parts = try expanded()
    try Self.requireDistinct(parts.map(\.path))
    guard parts.count != 1 || parts[0].purpose != .training else {
      return try DataFile.open(parts[0].path, selection: selection, access: access)
    }
    return try ConcatenatedDataSet(
      parts.map { (try DataFile.open($0.path, selection: selection, access: access), $0.purpose) })
  }

  /// Checks that no file is in two sets, nor twice in one.
  ///
  /// - Parameter sets: The sets.
  /// - Throws: ``DataFileError/givenTwice(file:other:)``, or what keeps a folder from being read.
  package static func requireDistinct(_ sets: [DataFiles]) throws {
    try requireDistinct(sets.flatMap { try $0.expanded().map(\.path) })
  }

  private static func requireDistinct(_ paths: [String]) throws(DataFileError) {
    var names: [FileStamp: String] = [:]
    for path in paths {
      // Two names may be those of one file. A missing one is told when it is opened.
      guard let stamp = FileStamp(path) else { continue }
      if let other = names.updateValue(path, forKey: stamp) { throw .givenTwice(file: path, other: other) }
    }
  }

  /// Whether the files are there that are named, and of each folder and pattern some.
  package var areThere: Bool {
    guard let parts = try? expanded(), !parts.isEmpty else { return false }
    return parts.allSatisfy { FileManager.default.fileExists(atPath: $0.path) }
  }

  /// The files by purpose, those that folders and patterns stand for.
  private func expanded() throws -> [(path: String, purpose: ConcatenatedDataSet.Purpose)] {
    var parts: [(path: String, purpose: ConcatenatedDataSet.Purpose)] = []
    for path in files { parts += try Self.expanded(path, .training) }
    for path in test { parts += try Self.expanded(path, .test).map { ($0.path, .test) } }
    for path in validation { parts += try Self.expanded(path, .validation).map { ($0.path, .validation) } }
    return parts
  }

  /// The files that a path stands for.
  private static func expanded(
    _ path: String, _ purpose: ConcatenatedDataSet.Purpose
  ) throws -> [(path: String, purpose: ConcatenatedDataSet.Purpose)] {
    if Folder.isThere(path) { return try content(of: path, purpose) }
    if FileManager.default.fileExists(atPath: path) { return [(path, purpose)] }
    guard path.contains(where: { "*?[".contains($0) }) else { return [(path, purpose)] }
    let found = matches(path)
    guard !found.isEmpty else { throw DataFileError.unclear(file: path, "no file has such a name") }
    return try found.flatMap { try expanded($0, purpose) }
  }

  private static func matches(_ pattern: String) -> [String] {
    var result = glob_t()
    defer { globfree(&result) }
    guard glob(pattern, 0, nil, &result) == 0 else { return [] }
    return (0..<Int(result.gl_pathc)).compactMap { result.gl_pathv[$0].map { String(cString: $0) } }
  }

  private static let purposes: KeyValuePairs<String, ConcatenatedDataSet.Purpose> = [
    "train": .training, "valid": .validation, "validation": .validation, "test": .test,
  ]

  /// The data files of a folder, or of those in it for training, validation and test.
  private static func content(
    of folder: String, _ purpose: ConcatenatedDataSet.Purpose
  ) throws -> [(path: String, purpose: ConcatenatedDataSet.Purpose)] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted().filter {
      !$0.hasPrefix(".")
    }
    let divided = purposes.filter { names.contains($0.key) && Folder.isThere("\(folder)/\($0.key)") }
    if divided.contains(where: { $0.value == .training }) {
      return try divided.flatMap { try content(of: "\(folder)/\($0.key)", $0.value) }
    }
    if names.contains("data"), Folder.isThere("\(folder)/data") {
      return try content(of: "\(folder)/data", purpose)
    }
    let files = names.map { "\(folder)/\($0)" }.filter(ArrayFormat.isData)
    guard !files.isEmpty else {
      throw DataFileError.unclear(
        file: folder, "the folder holds no data files, expected some, or train, valid and test")
    }
    return files.map { ($0, purpose) }
  }
}
