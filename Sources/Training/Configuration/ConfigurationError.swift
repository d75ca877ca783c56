public import SystemFiles

/// A configuration that cannot be used.
public enum ConfigurationError: ReportableError, Equatable {
  /// A value that must be given is not.
  case missing(key: String)
  /// A value outside its range.
  case outOfRange(key: String, value: String, expected: String)
  /// A key that no option has.
  case unknownKey(key: String, file: String, known: [String])
  /// A value of the wrong kind.
  case wrongValue(key: String, value: String, file: String, expected: String)
  /// A configuration file that is not YAML or cannot be read.
  case unreadable(file: String, reason: String)
  /// A configuration file that the operating system does not let us read.
  case file(FileError)
  /// Two options that say the same thing.
  case conflict(String)
  /// A model that takes more memory to train than there is.
  case tooLarge(parameters: Int, bytes: Int, memory: Int, options: [String])
  /// A model that does not fit the data.
  case doesNotFit(String)

  /// A mistake in the options, or in a configuration file.
  public var fault: Fault {
    switch self {
    case .unreadable, .file: .data
    default: .usage
    }
  }

  /// One sentence for the person at the terminal.
  public var description: String {
    switch self {
    case .missing(let key): "--\(key) is missing: give it as an option or in the configuration file."
    case .outOfRange(let key, let value, let expected): "--\(key) must be \(expected), got \(value)."
    case .unknownKey(let key, let file, let known):
      "\(file) sets '\(key)', which is no option; the options are \(known.joined(separator: ", "))."
    case .wrongValue(let key, let value, let file, let expected):
      "\(file) sets \(key) to \(value); expected \(expected)."
    case .unreadable(let file, let reason): "\(file) cannot be read as a configuration: \(reason)"
    case .file(let error): error.description
    case .conflict(let reason): reason
    case .tooLarge(let parameters, let bytes, let memory, let options):
      "the model has \(parameters) parameters, which take \(bytes >> 20) MB to train, and there are "
        + "\(memory >> 20) MB of memory; lower \(options.map { "--\($0)" }.joined(separator: " or "))."
    case .doesNotFit(let reason): "the model does not fit the data: \(reason)."
    }
  }
}
