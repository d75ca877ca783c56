import Glibc

/// The free space on the disk of a folder.
package enum DiskSpace {
  /// The number of bytes that this process may still write.
  ///
  /// - Parameter folder: The folder.
  /// - Returns: The number of bytes, or nil if the system does not say.
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
