import ArgumentParser
import Foundation
import Synchronization

/// Lets long work stop in order when a person presses Ctrl-C.
///
/// From its creation on, the first interrupt only sets ``isRequested``; a second one ends the process as usual.
struct Interruption {
  /// What a shell expects of a process that an interrupt has stopped.
  static let exitCode = ExitCode(130)

  private static let requested = Atomic<Bool>(false)

  init() {
    signal(SIGINT) { _ in
      Interruption.requested.store(true, ordering: .relaxed)
      signal(SIGINT, SIG_DFL)
    }
  }

  /// Whether there was an interrupt.
  var isRequested: Bool { Self.requested.load(ordering: .relaxed) }
}
