import Foundation

/// A folder that is gone when its owner is.
public final class TemporaryFolder {
  /// Where it is.
  public let path: String

  /// A new folder with nothing in it.
  public init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "pdeop-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// The path of a file in it.
  public func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Copies a file, or a folder with all that is in it.
  ///
  /// `FileManager.copyItem` fails for folders of another user, whose owner it cannot set.
  ///
  /// - Parameters:
  ///   - source: What to copy.
  ///   - target: The copy, which is not there yet.
  /// - Throws: What `FileManager` says of what cannot be read or written.
  public static func copy(_ source: String, to target: String) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: source, isDirectory: &isFolder), isFolder.boolValue else {
      return try FileManager.default.copyItem(atPath: source, toPath: target)
    }
    try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
    for name in try FileManager.default.contentsOfDirectory(atPath: source) {
      try copy("\(source)/\(name)", to: "\(target)/\(name)")
    }
  }

  /// The names of what is in it.
  public var content: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
  }
}
