internal import CVectorMath
import Glibc

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

  /// What the environment asks for, if anything. A program with no use for it runs on the highest level all the same.
  public static var requested: String? {
    guard let text = getenv(variable), text.pointee != 0 else { return nil }
    return String(cString: text)
  }
}
