/// An error that the user can fix: its message says what was found, what was expected and the way out.
public protocol ReportableError: Error, CustomStringConvertible, Sendable {
  /// What kind of mistake it is; a command turns it into its exit code.
  var fault: Fault { get }

  /// The sentence for the user, with the options that it names still to be spelled.
  var message: Message { get }
}

extension ReportableError {
  /// The message with the names of its options.
  public var description: String { message.description }
}

/// Who is at fault for an error.
public enum Fault: Sendable {
  /// A wrong option or a wrong combination of options.
  case usage
  /// A file or its content.
  case data
  /// The run itself: divergence, a full disk, an interrupted write.
  case run
}
