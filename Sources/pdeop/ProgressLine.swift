import Foundation

/// How far long work has come, on standard error.
///
/// On a terminal one line is written over and over; elsewhere there is a line each tenth of the way.
struct ProgressLine {
  private let noun: String
  private let total: Int
  private let start = ContinuousClock.now
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private var shown: Int?
  private var lastUpdate: ContinuousClock.Instant?

  /// A line for `total` things of a kind.
  init(noun: String, total: Int) {
    self.noun = noun
    self.total = total
  }

  /// Shows that `done` things are done, of which `since` were when this line was made.
  mutating func update(_ done: Int, since: Int) {
    let now = ContinuousClock.now
    if isTerminal {
      if let lastUpdate, now - lastUpdate < .milliseconds(100), done < total { return }
    } else if let shown, done * 10 / total == shown * 10 / total {
      return
    }
    lastUpdate = now
    shown = done
    let seconds = (now - start) / .seconds(1)
    let rest =
      done > since ? ", \(Self.text(seconds / Double(done - since) * Double(total - done))) left" : ""
    write("\(noun) \(done) of \(total)\(rest)")
  }

  /// Leaves the line as it is.
  func finish() {
    if isTerminal, shown != nil { FileHandle.standardError.write(Data("\n".utf8)) }
  }

  private func write(_ text: String) {
    // The code erases what a longer line has left behind.
    FileHandle.standardError.write(Data((isTerminal ? "\r\(text)\u{1B}[K" : "\(text)\n").utf8))
  }

  /// A time in the two largest units that matter.
  static func text(_ seconds: Double) -> String {
    let whole = Int(min(seconds, 1e9).rounded(.up))
    return switch whole {
    case ..<60: "\(whole) s"
    case ..<3600: "\(whole / 60) min \(whole % 60) s"
    default: "\(whole / 3600) h \(whole % 3600 / 60) min"
    }
  }
}
