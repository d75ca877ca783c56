import SystemFiles
import TensorCore

/// What the environment asks of the CPU and cannot have.
enum InstructionSetError: ReportableError, Equatable {
  /// No level has this name.
  case unknown(String)
  /// The CPU does not have this level.
  case missing(InstructionSet)

  var fault: Fault { .usage }

  var description: String {
    switch self {
    case .unknown(let text):
      "\(InstructionSet.variable) is '\(text)', but there are "
        + InstructionSet.allCases.map(\.rawValue).joined(separator: ", ") + "; correct it or unset it."
    case .missing(let wanted):
      "\(InstructionSet.variable) asks for \(wanted.rawValue), but this CPU has "
        + "\(InstructionSet.highest.rawValue) at most; choose a lower one or unset it."
    }
  }

  /// Checks that the level in use is the one that the environment asks for, if it asks for one.
  static func checkRequest() throws(InstructionSetError) {
    guard let text = InstructionSet.requested else { return }
    guard let wanted = InstructionSet(rawValue: text) else { throw .unknown(text) }
    guard wanted == .inUse else { throw .missing(wanted) }
  }
}
