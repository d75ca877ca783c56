import SystemFiles
import TensorCore

/// An instruction set from the environment that cannot be used.
enum InstructionSetError: ReportableError, Equatable {
  /// No level has this name.
  case unknown(String)
  /// The CPU does not have this level.
  case missing(InstructionSet)

  var fault: Fault { .usage }

  var message: Message {
    switch self {
    case .unknown(let text):
      "\(InstructionSet.variable) is '\(text)'; it must be one of "
        + "\(InstructionSet.allCases.map(\.rawValue).joined(separator: ", ")). Correct it or unset it."
    case .missing(let wanted):
      "\(InstructionSet.variable) is \(wanted.rawValue), but this CPU supports "
        + "at most \(InstructionSet.highest.rawValue); choose a lower level or unset it."
    }
  }

  /// Checks that the level in use is the one that the environment asks for, if it asks for one.
  static func checkRequest() throws(InstructionSetError) {
    guard let text = InstructionSet.requested else { return }
    guard let wanted = InstructionSet(rawValue: text) else { throw .unknown(text) }
    guard wanted == .inUse else { throw .missing(wanted) }
  }
}
