internal import CVectorMath

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The level of the CPU's instruction set that the package's own inner loops use.
///
/// The highest that the CPU has is taken when the program starts. The environment variable `PDEOP_CPU` holds it at a lower
/// one, for tests and measurements. Results differ between levels by rounding.
public enum InstructionSet: String, CaseIterable, Codable, Sendable {
  /// What every CPU of the architecture has.
  case baseline
  /// x86-64-v3: AVX2 and fused multiply-add.
  case avx2
  /// x86-64-v4: AVX-512.
  case avx512

  /// The name of the environment variable that holds the level lower.
  public static let variable = "PDEOP_CPU"

  /// The level in use.
  public static let inUse = Self(vm_instruction_set_in_use())

  /// The highest level that this CPU has.
  public static let highest = Self(vm_highest_instruction_set())

  private init(_ level: vm_instruction_set) {
    self =
      switch level {
      case vm_avx512: .avx512
      case vm_avx2: .avx2
      default: .baseline
      }
  }

  /// Checks that the level in use is the one that the environment asks for, if it asks for one.
  ///
  /// - Throws: ``InstructionSetError`` for a name that is none, or a level that this CPU does not have. A program that does
  ///   not care runs with the highest level then.
  public static func checkRequest() throws(InstructionSetError) {
    guard let text = getenv(variable).map({ String(cString: $0) }), !text.isEmpty else { return }
    guard let wanted = Self(rawValue: text) else { throw .unknown(text) }
    guard wanted == inUse else { throw .missing(wanted, highest: highest) }
  }
}

/// What the environment asks for and cannot have.
public enum InstructionSetError: ReportableError, Equatable {
  /// No level has this name.
  case unknown(String)
  /// The CPU does not have this level.
  case missing(InstructionSet, highest: InstructionSet)

  /// A mistake of usage.
  public var fault: Fault { .usage }

  /// One sentence for the person at the terminal.
  public var description: String {
    switch self {
    case .unknown(let text):
      "\(InstructionSet.variable) is '\(text)', but there are "
        + InstructionSet.allCases.map(\.rawValue).joined(separator: ", ") + "; correct it or unset it."
    case .missing(let wanted, let highest):
      "\(InstructionSet.variable) asks for \(wanted.rawValue), but this CPU has \(highest.rawValue) at most; "
        + "choose a lower one or unset it."
    }
  }
}
