import Foundation
import Glibc
import Logging
import Synchronization
import SystemFiles

/// The command's output: results on standard output, everything else on standard error.
enum Console {
  /// Makes writing fail with an error instead of ending the process by a signal: into a pipe
  /// that is closed at the other end, and beyond the file size limit.
  static func takeErrorsForSignals() {
    for number in [SIGPIPE, SIGXFSZ] { signal(number, SIG_IGN) }
  }

  /// Says how messages are written from now on, and from which level on they are.
  static func speak(in format: MessageOptions.Format, from level: Logger.Level) {
    let handler = ConsoleLogHandler(format: format, logLevel: level)
    log.withLock { $0 = Logger(label: "pdeop") { _ in handler } }
    progress.store(format == .text && level <= .info, ordering: .relaxed)
  }

  private static let log = Mutex(Logger(label: "pdeop") { _ in ConsoleLogHandler(format: .text) })
  private static let progress = Atomic<Bool>(true)

  /// Whether progress is shown in a line that changes.
  static var showsProgress: Bool { isTerminal && progress.load(ordering: .relaxed) }

  /// Whether messages are objects for programs, so that none is left out for being one of many.
  static var isLog: Bool { log.withLock { ($0.handler as? ConsoleLogHandler)?.format == .json } }

  /// Says something on standard error.
  ///
  /// - Parameters:
  ///   - text: What is said.
  ///   - level: A note for people (`notice`), a warning, or else information.
  ///   - values: The numbers in it, for programs.
  static func say(_ text: String, _ level: Logger.Level = .info, _ values: Logger.Metadata = [:]) {
    let log = log.withLock { $0 }
    log.log(level: level, "\(text)", metadata: values)
  }

  /// Prints an error that is no longer than a screen.
  ///
  /// - Parameters:
  ///   - error: The error.
  ///   - prefix: Who says it, where there are several.
  ///   - advice: What the command adds to it.
  static func say(_ error: any ReportableError, prefix: String = "", advice: String = "") {
    let text = error.message.spelled.abridged(to: 2000)
    say("pdeop: \(prefix)\(text)\(advice)", .error)
  }

  /// Writes a line on standard error, with control characters made visible.
  static func write(line text: String) {
    // A longer progress line may still be on the terminal.
    write((isTerminal ? clearLine : "") + text.visible(keepingLines: true) + "\n")
  }

  /// Makes a terminal clear the line from the cursor on.
  static let clearLine = "\u{1B}[K"

  /// Whether nothing is said and nothing is printed: of several ranks one speaks.
  static var isSilent: Bool {
    get { silent.load(ordering: .relaxed) }
    set { silent.store(newValue, ordering: .relaxed) }
  }

  private static let silent = Atomic<Bool>(false)

  /// Writes on standard error; a closed terminal must not end a run.
  static func write(_ text: String) {
    guard !isSilent else { return }
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }

  /// Prints a result on standard output, with control characters made visible.
  ///
  /// - Parameter result: The text, without the end of its last line.
  /// - Throws: A `FileError` if it cannot be written, since a result that is lost is no success.
  static func print(_ result: some CustomStringConvertible) throws {
    try write(result: "\(result)".visible(keepingLines: true))
  }

  private static func write(result: String) throws {
    guard !isSilent else { return }
    var rest = Array("\(result)\n".utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno == EPIPE {
        // The reader has seen enough, as in `pdeop report … | head`: end as other programs do.
        signal(SIGPIPE, SIG_DFL)
        raise(SIGPIPE)
      } else if errno == EIO, Interruption.isHangUp {
        // The terminal is gone, and with it whoever would read.
        return
      } else if errno != EINTR {
        throw FileError(.write, "standard output", code: errno)
      }
    }
  }

  /// Prints one JSON object on standard output.
  static func printJSON(_ value: some Encodable) throws {
    try write(result: jsonText(value))
  }

  /// A value as one line of JSON; numbers that are not finite, which JSON lacks, become words.
  static func jsonText(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    // JSON escapes most control characters by itself.
    return String(decoding: try encoder.encode(value), as: UTF8.self).replacingScalars { scalar in
      switch scalar {
      case "\u{7F}"..."\u{9F}", "\u{2028}"..."\u{202E}", "\u{2066}"..."\u{2069}":
        String(format: "\\u%04x", scalar.value)
      default: nil
      }
    }
  }

  /// Whether standard error is a terminal.
  static let isTerminal = isatty(STDERR_FILENO) == 1
}
