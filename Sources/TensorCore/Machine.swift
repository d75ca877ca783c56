internal import COpenBLAS
import Glibc

/// What results depend on besides the program and its input: by rounding only, but to the bit.
///
/// On one machine the same shapes give the same bits, at any number of threads. Another kernel may add up in another order.
public struct Machine: Codable, Sendable, Equatable {
  /// The CPU's name.
  public let cpu: String
  /// The operating system's name and the architecture.
  public let system: String
  /// The level that the package's own inner loops use.
  public let instructionSet: InstructionSet
  /// The kernels that OpenBLAS has chosen.
  public let openBLASKernel: String
  /// OpenBLAS's version and how it was built.
  public let openBLAS: String

  private enum CodingKeys: String, CodingKey {
    case cpu, system
    case instructionSet = "instruction_set"
    case openBLASKernel = "openblas_kernel"
    case openBLAS = "openblas"
  }

  /// This one.
  public static let current = Machine(
    cpu: cpuName() ?? "unknown", system: systemName(), instructionSet: .inUse,
    openBLASKernel: String(cString: openblas_get_corename()),
    openBLAS: String(cString: openblas_get_config()).split(separator: " ").joined(separator: " "))

  private static func cpuName() -> String? {
    // Linux alone has this file.
    guard let file = fopen("/proc/cpuinfo", "re") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
      let bytes = line.prefix { $0 != 0 && $0 != 10 }.map(UInt8.init(bitPattern:))
      let text = String(decoding: bytes, as: UTF8.self)
      guard text.hasPrefix("model name"), let colon = text.firstIndex(of: ":") else { continue }
      return String(text[text.index(after: colon)...].drop { $0 == " " })
    }
    return nil
  }

  private static func systemName() -> String {
    var names = utsname()
    guard uname(&names) == 0 else { return "unknown" }
    func text(_ field: some Any) -> String {
      withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
    return "\(text(names.sysname)) \(text(names.machine))"
  }
}
