#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How much room the disk of a folder has.
package enum DiskSpace {
  /// The bytes that this process may still write; nil where the system does not say.
  ///
  /// - Parameter folder: The folder.
  package static func free(in folder: String) -> Int? {
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else { return nil }
    return Int(clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)))
  }
}

extension Int {
  fileprivate init(clamping product: (partialValue: UInt64, overflow: Bool)) {
    self = product.overflow ? .max : Int(clamping: product.partialValue)
  }
}
