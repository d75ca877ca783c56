/// A file that appears under its name whole or not at all.
///
/// The content goes to a temporary file in the same folder. ``commit()`` brings it to the disk and renames it over
/// whatever had the name before; until then, and if anything fails or the process dies, the old file stays as it was.
///
/// ```swift
/// var file = try AtomicFile(replacing: "run/config.yaml")
/// try file.write("epochs: 700\n")
/// try file.commit()
/// ```
///
/// A symbolic link of that name is replaced, not followed.
public struct AtomicFile: ~Copyable {
  private let replacement: FileReplacement
  private let output: OutputFile
  private var isCommitted = false

  /// The name that the content will have.
  public var path: String { replacement.destination }

  /// Starts a new content for a file, which need not exist yet.
  ///
  /// - Parameter path: The name that the content will have; its folder must exist.
  /// - Throws: If the temporary file cannot be created, or something other than an ordinary file (a folder, a device)
  ///   has the name.
  public init(replacing path: String) throws(FileError) {
    let replacement = try FileReplacement(of: path)
    output = try Self.create(replacement)
    self.replacement = replacement
  }

  deinit {
    if !isCommitted { replacement.discard() }
  }

  /// Writes bytes after those written before.
  ///
  /// - Parameter bytes: The bytes, all of which are written.
  /// - Throws: If the disk is full or fails.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    try reportingFinalName { () throws(FileError) in try output.append(bytes) }
  }

  /// Writes a text in UTF-8 after what was written before.
  ///
  /// - Parameter text: The text, all of which is written.
  /// - Throws: If the disk is full or fails.
  public func write(_ text: String) throws(FileError) {
    try reportingFinalName { () throws(FileError) in try output.append(text) }
  }

  /// Brings the content to the disk and gives it its name.
  ///
  /// - Throws: If the disk is full or fails; the file that had the name before is then still there.
  /// - Precondition: Called once, after the last write.
  public mutating func commit() throws(FileError) {
    precondition(!isCommitted, "\(path) was committed twice")
    try replacement.commit()
    isCommitted = true
  }

  /// Replaces a file by a text.
  ///
  /// - Parameters:
  ///   - path: The file; its folder must exist.
  ///   - text: The new content, written in UTF-8.
  /// - Throws: If the disk is full or fails; the file is then as it was before.
  public static func replace(_ path: String, with text: String) throws(FileError) {
    var file = try AtomicFile(replacing: path)
    try file.write(text)
    try file.commit()
  }

  private static func create(_ replacement: FileReplacement) throws(FileError) -> OutputFile {
    do {
      return try OutputFile(replacement.temporary, mode: .createNew)
    } catch {
      throw FileError(error.action, replacement.destination, code: error.code)
    }
  }

  /// The person knows the file by its final name, so that is what an error names.
  private func reportingFinalName(_ body: () throws(FileError) -> Void) throws(FileError) {
    do { try body() } catch { throw FileError(error.action, path, code: error.code) }
  }
}
