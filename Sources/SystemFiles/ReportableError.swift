/// An error that a person can mend: its description names what was found, what was expected and the way out.
public protocol ReportableError: Error, CustomStringConvertible, Sendable {
  /// What kind of mistake it is; a command turns it into its exit code.
  var fault: Fault { get }
}

/// Whose mistake an error is.
public enum Fault: Sendable {
  /// A wrong option or a wrong combination of options (exit code 64).
  case usage
  /// A file or its content (exit code 65).
  case data
  /// The run itself: divergence, a full disk, an interrupted write (exit code 1).
  case run
}
