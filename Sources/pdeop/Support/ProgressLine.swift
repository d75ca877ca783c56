import Foundation
import Glibc
import SystemFiles
import Training

/// A progress line on standard error that is overwritten in place; only on a terminal.
final class ProgressLine {
  private let clock = ContinuousClock()
  private var lastShown: ContinuousClock.Instant?
  private var isShown = false

  /// Shows progress, at most ten times a second.
  ///
  /// - Parameters:
  ///   - fraction: The fraction that is done, 0 to 1.
  ///   - text: What is being done now.
  ///   - secondsLeft: The estimated time left, if known.
  func show(_ fraction: Double, _ text: @autoclosure () -> String, secondsLeft: Double?) {
    guard Console.showsProgress else { return }
    if let lastShown, clock.now - lastShown < .milliseconds(100) { return }
    lastShown = clock.now
    let filled = Int((20 * min(max(fraction, 0), 1)).rounded())
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 20 - filled)
    let time = secondsLeft.map { "\(Self.duration($0)) left  " } ?? ""
    write("\(bar) \(time)\(text())")
    isShown = true
  }

  /// Clears the line.
  func clear() {
    guard isShown else { return }
    write("")
    isShown = false
    lastShown = nil
  }

  private func write(_ line: String) {
    // A line wider than the terminal would wrap, and its first part would stay there.
    var size = winsize()
    let columns =
      ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    // Clear the rest and leave the cursor at the beginning, where the terminal echoes a Ctrl-C.
    let text = line.visible(keepingLines: false).prefix(columns - 1)
    Console.write("\r\(text)\(Console.clearLine)\r")
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
///
/// If standard error is not a terminal, a line every half minute shows progress in a log.
final class CountProgress {
  private let line = ProgressLine()
  private let start = ContinuousClock.now
  private var lastLogged = ContinuousClock.now

  /// Shows how many are done, of which `since` were done before the start.
  func show(_ done: Int, of total: Int, _ what: String, since: Int = 0) {
    let now = ContinuousClock.now
    let elapsed = (now - start).seconds
    let left = done > since ? elapsed / Double(done - since) * Double(total - done) : nil
    line.show(Double(done) / Double(max(total, 1)), "\(what) \(done)/\(total)", secondsLeft: left)
    if !Console.showsProgress, let left, now - lastLogged > .seconds(30) {
      lastLogged = now
      Console.say("\(what) \(done)/\(total), \(ProgressLine.duration(left)) left")
    }
    if done >= total { clear() }
  }

  /// Clears the line.
  func clear() {
    line.clear()
  }
}
