import Foundation
import Synchronization
import TensorCore

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where the command speaks: results on standard output, everything else on standard error.
enum Console {
  /// Prints a line for people on standard error.
  static func say(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }

  /// Prints one JSON object on standard output.
  static func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
  }

  /// Whether standard error is a terminal.
  static let isTerminal = isatty(STDERR_FILENO) == 1
}

/// A line on standard error that is written over and over; only on a terminal.
final class ProgressLine {
  private let clock = ContinuousClock()
  private var lastShown: ContinuousClock.Instant?
  private var width = 0

  /// Shows how far a work is, at most ten times a second.
  ///
  /// - Parameters:
  ///   - fraction: The part that is done, 0 to 1.
  ///   - text: What is being done.
  ///   - secondsLeft: The time that the rest will take, if it is known.
  func show(_ fraction: Double, _ text: @autoclosure () -> String, secondsLeft: Double?) {
    guard Console.isTerminal else { return }
    if let lastShown, clock.now - lastShown < .milliseconds(100) { return }
    lastShown = clock.now
    let filled = Int((20 * min(max(fraction, 0), 1)).rounded())
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 20 - filled)
    let time = secondsLeft.map { "  \(Self.duration($0)) left" } ?? ""
    write("\(bar) \(text())\(time)")
  }

  /// Clears the line.
  func clear() {
    guard Console.isTerminal, width > 0 else { return }
    write("")
    lastShown = nil
  }

  private func write(_ line: String) {
    let padding = String(repeating: " ", count: max(0, width - line.count))
    width = line.count
    FileHandle.standardError.write(Data("\r\(line)\(padding)\r".utf8))
  }

  /// Seconds as hours, minutes and seconds.
  static func duration(_ seconds: Double) -> String {
    let whole = Int(min(seconds, 1e8).rounded())
    let (hours, minutes) = (whole / 3600, whole / 60 % 60)
    return hours > 0
      ? String(format: "%d:%02d:%02d", hours, minutes, whole % 60)
      : String(format: "%d:%02d", minutes, whole % 60)
  }
}

/// Progress of a count, with the time left from the pace so far.
final class CountProgress {
  private let line = ProgressLine()
  private let start = ContinuousClock.now

  /// Shows that so many of all are done.
  func show(_ done: Int, of total: Int, _ what: String) {
    let elapsed = Double((ContinuousClock.now - start) / .seconds(1))
    let left = done > 0 ? elapsed / Double(done) * Double(total - done) : nil
    line.show(Double(done) / Double(max(total, 1)), "\(what) \(done)/\(total)", secondsLeft: left)
    if done >= total { line.clear() }
  }
}

/// Ctrl-C as a request to stop; a second one stops at once.
enum Interruption {
  private static let requested = Atomic<Bool>(false)

  /// Begins to take Ctrl-C and the signal of termination as requests.
  static func watch() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        Interruption.requested.store(true, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
    }
  }

  /// Whether a stop was asked for.
  static var isRequested: Bool { requested.load(ordering: .relaxed) }
}
