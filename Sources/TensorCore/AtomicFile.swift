import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

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
  /// The name that the content will have.
  public let path: String
  private let output: OutputFile
  private var isCommitted = false

  /// Starts a new content for a file, which need not exist yet.
  ///
  /// - Parameter path: The name that the content will have; its folder must exist.
  /// - Throws: If the temporary file cannot be created, or something other than an ordinary file (a folder, a device)
  ///   has the name.
  public init(replacing path: String) throws(FileError) {
    self.path = path
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      throw FileError(.replace, path, code: status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL)
    }
    output = try Self.temporaryFile(for: path)
  }

  deinit {
    // A content that nobody asked for leaves no trace; if it cannot be removed there is nobody left to tell.
    if !isCommitted { unlink(output.path) }
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
    try reportingFinalName { () throws(FileError) in try output.flush() }
    guard rename(output.path, path) == 0 else { throw FileError(.replace, path, code: errno) }
    isCommitted = true
    try Self.flushFolder(of: path)
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

  /// The person knows the file by its final name, so that is what an error names.
  private func reportingFinalName(_ body: () throws(FileError) -> Void) throws(FileError) {
    do { try body() } catch { throw FileError(error.action, path, code: error.code) }
  }

  private static let counter = Atomic<Int>(0)

  private static func temporaryFile(for path: String) throws(FileError) -> OutputFile {
    let (folder, name) = split(path)
    while true {
      let number = counter.wrappingAdd(1, ordering: .relaxed).oldValue
      do {
        return try OutputFile("\(folder)/.\(name).\(getpid()).\(number).tmp", mode: .createNew)
      } catch {
        // A process of the same number may have died and left its file behind; the next name is as good.
        if error.code != EEXIST { throw FileError(.create, path, code: error.code) }
      }
    }
  }

  /// A rename is on the disk only when its folder is.
  private static func flushFolder(of path: String) throws(FileError) {
    let folder = split(path).folder
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(.flush, folder, code: errno) }
    defer { close(descriptor) }
    // Some network file systems cannot flush a folder and say so by EINVAL; they order the rename themselves.
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw FileError(.flush, folder, code: errno) }
  }

  private static func split(_ path: String) -> (folder: String, name: Substring) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path[...]) }
    let name = path[path.index(after: slash)...]
    return (slash == path.startIndex ? "/" : String(path[..<slash]), name)
  }
}
