import ArgumentParser
import Glibc
import Synchronization

/// Ctrl-C as a request to stop; a second one ends the process immediately.
enum Interruption {
  /// The exit code of an interrupted process: that of the signal for a hang-up, of Ctrl-C for whatever else stops one.
  static var exitCode: ExitCode { ExitCode(isHangUp ? 128 + SIGHUP : 128 + SIGINT) }

  private static let requested = Atomic<Bool>(false)
  private static let hungUp = Atomic<Bool>(false)

  /// Starts to treat SIGINT, SIGTERM and SIGHUP as requests to stop; a SIGHUP that is ignored already, as under `nohup`, stays so.
  ///
  /// - Parameter endsAtSecond: Whether a second SIGINT or SIGTERM ends the process immediately. If a Ctrl-C comes both from the
  ///   terminal and from the parent process, it must not.
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
    guard !isIgnored(SIGHUP) else { return }
    // A terminal that closes sends it, and so does the shell in it: the second one is no second request.
    signal(SIGHUP) { _ in
      Interruption.hungUp.store(true, ordering: .relaxed)
      Interruption.requested.store(true, ordering: .relaxed)
    }
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return false }
    // Such handlers are small numbers, and no functions that could be compared.
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// Whether a stop was requested.
  static var isRequested: Bool { requested.load(ordering: .relaxed) }

  /// Whether the terminal is gone.
  static var isHangUp: Bool { hungUp.load(ordering: .relaxed) }
}
