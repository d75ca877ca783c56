import Glibc
import Synchronization

/// The names of files that are being written, `.NAME.HOST.PROCESS-NUMBER.partial`, and the cleanup of those that no one will
/// finish.
///
/// A process that is killed leaves its temporary files behind. The next one that writes in the same folder removes them:
/// the name says on which machine and by which process a file was begun.
enum TemporaryName {
  private static let counter = Atomic<Int>(0)
  private static let ending = ".partial"

  /// Folders that this process has swept.
  private static let swept = Mutex<Set<String>>([])

  /// A name that no file has, for the content that `name` in `folder` is to get.
  ///
  /// - Parameters:
  ///   - name: The file's final name, without its folder.
  ///   - folder: The folder with a slash at its end; empty for the working folder.
  /// - Returns: The name.
  static func new(for name: String, in folder: String) -> String {
    var candidate: String
    repeat {
      let number = counter.wrappingAdd(1, ordering: .relaxed).oldValue
      candidate = "\(folder).\(name).\(host).\(getpid())-\(number)\(ending)"
    } while access(candidate, F_OK) == 0
    return candidate
  }

  /// Removes what killed processes of this machine have left in a folder; once a process and folder.
  static func sweep(_ folder: String) {
    guard swept.withLock({ $0.insert(folder).inserted }), let entries = opendir(folder) else { return }
    defer { closedir(entries) }
    while let entry = readdir(entries) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if let origin = origin(of: name), isOver(origin) { unlink("\(folder)/\(name)") }
    }
  }

  /// The process that began a temporary file on this machine, and its number there; nil for other files and machines.
  private static func origin(of name: String) -> (process: pid_t, number: Int)? {
    guard name.hasPrefix("."), name.hasSuffix(ending) else { return nil }
    let parts = name.dropLast(ending.count).split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count >= 4, parts[parts.count - 2] == host else { return nil }
    let numbers = parts[parts.count - 1].split(separator: "-", omittingEmptySubsequences: false)
    guard numbers.count == 2, let number = Int(numbers[1]), let process = pid_t(numbers[0]), process > 0
    else {
      return nil
    }
    return (process, number)
  }

  /// Whether a file has no writer any more: its process is gone, or had this one's number before.
  private static func isOver(_ origin: (process: pid_t, number: Int)) -> Bool {
    if origin.process == getpid() { return origin.number >= counter.load(ordering: .relaxed) }
    return kill(origin.process, 0) != 0 && errno == ESRCH
  }

  /// This machine's name, in letters that separate nothing here.
  static let host: String = {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return "host" }
    let name = buffer.withUnsafeBytes { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    return String(name.prefix(64).map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
  }()
}
