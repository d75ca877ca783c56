import Glibc

/// How much memory this process may count on.
package enum SystemMemory {
  /// The machine's memory in bytes, or the limit of the control group or the process (`ulimit -v`) where one is lower.
  package static let bytes: Int = {
    let physical = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    return min(physical, controlGroupLimit() ?? physical, processLimit() ?? physical)
  }()

  /// The most memory that this process has had in use so far, in bytes.
  package static var peakResidentBytes: Int {
    var usage = rusage()
    // It fails only for an unknown first argument or a bad address, and these are neither.
    _ = getrusage(RUSAGE_SELF.rawValue, &usage)
    return usage.ru_maxrss * 1024
  }

  /// Limits the address space to its current size plus a margin; a lower limit stays.
  ///
  /// What asks for more is then refused, rather than given to it by a system that does not look at what it has.
  ///
  /// - Parameter bytes: The margin.
  package static func limitGrowth(to bytes: Int) {
    let resource = __rlimit_resource_t(RLIMIT_AS.rawValue)
    var limit = rlimit()
    guard let text = firstLine(of: "/proc/self/statm"), let pages = Int(text.prefix { $0 != " " }),
      getrlimit(resource, &limit) == 0
    else { return }
    limit.rlim_cur = min(limit.rlim_cur, rlim_t(pages * sysconf(Int32(_SC_PAGESIZE)) + bytes))
    setrlimit(resource, &limit)
  }

  /// The limit of this process's address space; none if it is unlimited.
  private static func processLimit() -> Int? {
    var limit = rlimit()
    let status = getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    return status == 0 ? Int(exactly: limit.rlim_cur) : nil
  }

  /// The limit that a container sets on Linux; none elsewhere or where it reads `max`.
  private static func controlGroupLimit() -> Int? {
    firstLine(of: "/sys/fs/cgroup/memory.max").flatMap { Int($0) }
  }

  /// The beginning of a small file of the system's.
  private static func firstLine(of path: String) -> String? {
    guard let file = fopen(path, "re") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    guard fgets(&line, Int32(line.count), file) != nil else { return nil }
    return String(
      decoding: line.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
