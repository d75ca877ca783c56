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

  /// The names of what is in it.
  public var content: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
  }
}
