import ArgumentParser
import Glibc
import Synchronization

/// Ctrl-C as a request to stop; a second one ends the process immediately.
enum Interruption {
  /// The exit code of an interrupted process.
  static let exitCode = ExitCode(130)

  private static let requested = Atomic<Bool>(false)

  /// Starts to treat SIGINT and SIGTERM as requests to stop.
  ///
  /// - Parameter endsAtSecond: Whether a second one ends the process immediately. If a Ctrl-C comes both from the terminal
  ///   and from the parent process, it must not.
  static func watch(endsAtSecond: Bool = true) {
    for number in [SIGINT, SIGTERM] {
      if endsAtSecond {
        signal(number) { number in
          Interruption.requested.store(true, ordering: .relaxed)
          signal(number, SIG_DFL)
        }
      } else {
        signal(number) { _ in Interruption.requested.store(true, ordering: .relaxed) }
      }
    }
  }

  /// Whether a stop was requested.
  static var isRequested: Bool { requested.load(ordering: .relaxed) }
}
