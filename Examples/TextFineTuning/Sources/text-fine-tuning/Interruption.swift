import Foundation
import Synchronization

/// Whether Ctrl-C, or the end of the session, has asked the program to stop; a second time ends it at once.
enum Interruption {
  private static let count = Atomic<Int>(0)

  /// Whether to stop.
  static var isWanted: Bool { count.load(ordering: .relaxed) > 0 }

  /// Takes the signals from now on.
  static func watch() {
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number) { number in
        if Interruption.count.wrappingAdd(1, ordering: .relaxed).oldValue > 0 { _exit(128 + number) }
      }
    }
  }
}
