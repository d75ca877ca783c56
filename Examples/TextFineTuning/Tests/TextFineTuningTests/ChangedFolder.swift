import Foundation
import Testing

/// A copy of a small model's folder in which files are changed, and a place for other files.
struct ChangedFolder {
  let path: String

  /// Copies a folder.
  ///
  /// - Parameters:
  ///   - name: The small model.
  ///   - config: A JSON object whose keys take the place of those of `config.json`; null removes one.
  /// - Throws: If the folder cannot be copied.
  init(_ name: String, config: String = "{}") throws {
    path = try temporaryFolder()
    for file in try FileManager.default.contentsOfDirectory(atPath: "\(Golden.folder)/\(name)") {
      try FileManager.default.copyItem(
        atPath: "\(Golden.folder)/\(name)/\(file)", toPath: "\(path)/\(file)")
    }
    var content = try self.config
    for (key, value) in try Self.object(Data(config.utf8)) {
      if value is NSNull { content[key] = nil } else { content[key] = value }
    }
    try JSONSerialization.data(withJSONObject: content).write(to: URL(filePath: "\(path)/config.json"))
  }

  private static func object(_ data: Data) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  /// What `config.json` says.
  var config: [String: Any] {
    get throws { try Self.object(Data(contentsOf: URL(filePath: "\(path)/config.json"))) }
  }

  /// Writes a file.
  ///
  /// - Parameters:
  ///   - text: Its content.
  ///   - name: Its name.
  /// - Returns: Its path.
  /// - Throws: If it cannot be written.
  @discardableResult
  func write(_ text: String, _ name: String) throws -> String {
    try Data(text.utf8).write(to: URL(filePath: "\(path)/\(name)"))
    return "\(path)/\(name)"
  }

  /// Removes the copy.
  func remove() { try? FileManager.default.removeItem(atPath: path) }
}

/// What an error that is thrown says; empty if none is.
func complaint(_ body: () throws -> Void) -> String {
  do { try body() } catch { return "\(error)" }
  return ""
}
