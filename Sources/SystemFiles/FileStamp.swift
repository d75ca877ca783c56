import Glibc

/// What the file system says of a file, taken to find out later whether it is still the same.
package struct FileStamp: Sendable, Hashable {
  private let device: UInt64
  private let inode: UInt64
  /// The number of bytes.
  package let size: Int
  private let seconds: Int
  private let nanoseconds: Int

  /// The stamp of a file as it is now; nil if there is none of that name.
  package init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    device = UInt64(truncatingIfNeeded: status.st_dev)
    inode = UInt64(status.st_ino)
    size = Int(status.st_size)
    let time = status.st_mtim
    seconds = Int(time.tv_sec)
    nanoseconds = Int(time.tv_nsec)
  }

  /// What has happened to the file since, in words; nil if nothing has.
  package func change(of path: String) -> String? {
    guard let now = FileStamp(path) else { return "it is gone" }
    if now == self { return nil }
    if now.inode != inode || now.device != device { return "it was replaced by another file" }
    if now.size != size { return "it now has \(now.size) bytes instead of \(size)" }
    return "it was written to"
  }
}
