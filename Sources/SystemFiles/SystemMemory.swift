#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How much memory this process may count on.
package enum SystemMemory {
  /// The machine's memory in bytes, or the control group's limit where that is lower.
  package static let bytes: Int = {
    let physical = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    return min(physical, controlGroupLimit() ?? physical)
  }()

  /// The most memory that this process has had in use so far, in bytes.
  package static var peakResidentBytes: Int {
    var usage = rusage()
    // It fails only for an unknown first argument or a bad address, and these are neither.
    #if canImport(Glibc)
      _ = getrusage(RUSAGE_SELF.rawValue, &usage)
      return usage.ru_maxrss * 1024
    #else
      _ = getrusage(RUSAGE_SELF, &usage)
      return usage.ru_maxrss
    #endif
  }

  /// The limit that a container sets on Linux; none elsewhere or where it reads `max`.
  private static func controlGroupLimit() -> Int? {
    guard let file = fopen("/sys/fs/cgroup/memory.max", "re") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 32)
    guard fgets(&line, Int32(line.count), file) != nil else { return nil }
    return Int(String(decoding: line.prefix { $0 != 0 && $0 != 10 }.map(UInt8.init), as: UTF8.self))
  }
}
