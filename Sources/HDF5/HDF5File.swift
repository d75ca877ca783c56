import CHDF5
import Glibc
import Synchronization
import SystemFiles

/// An open HDF5 file. It may be used from any thread.
package final class HDF5File: Sendable {
  /// The HDF5 library's version.
  package static let libraryVersion = HDF5Library.version

  /// The number of open files, data sets, groups, types and attributes, by which a test finds one that is never closed.
  package static var openObjects: Int { HDF5Library.openObjects }

  /// Where the file is.
  package let path: String
  let identifier: hid_t
  let place: HDF5Place
  /// What the file may refer to.
  let rules: HDF5Access
  /// The file's size when it was opened for reading, in bytes.
  let bytes: Int?
  /// How links are followed.
  private let links: HDF5Identifier
  var linkAccess: hid_t { links.value }
  private let isOpen = Mutex(true)
  /// Keeps those away who would write to a file that is read.
  private let readLock: FileLock?
  /// The file as it was when it was opened for reading.
  private let stamp: FileStamp?
  private let failure = Mutex<HDF5Error?>(nil)

  /// Opens a file for reading.
  ///
  /// - Parameters:
  ///   - path: Where the file is.
  ///   - access: What the file may refer to, and what happens before it is opened.
  ///   - ignoresLocks: Whether to read it even if another writes to it. `HDF5_USE_FILE_LOCKING=FALSE` in the environment
  ///     says the same of all files.
  /// - Throws: ``HDF5Error`` where it is missing, unreadable, locked, truncated or not HDF5.
  package init(
    reading path: String, access: HDF5Access = .standard, ignoresLocks: Bool = false
  ) throws(HDF5Error) {
    let place = HDF5Place(file: path)
    let size = try Self.size(of: path)
    stamp = ignoresLocks ? nil : FileStamp(path)
    self.path = path
    self.place = place
    rules = access
    bytes = size
    let isHDF5 = try HDF5Library.call("look at the file", at: place) { H5Fis_hdf5(path) }
    guard isHDF5 > 0 else { throw .notHDF5(file: path) }
    try access.probe?(path)
    links = try Self.linkAccess(allowsExternal: access.allowsExternal, place)
    if ignoresLocks || getenv("HDF5_USE_FILE_LOCKING").map({ String(cString: $0) }) == "FALSE" {
      readLock = nil
    } else if let lock = FileLock(path, isShared: true) {
      readLock = lock
    } else {
      throw .locked(file: path)
    }
    let access = try Self.fileAccess(place)
    do {
      identifier = try HDF5Library.call("open the file", at: place) {
        H5Fopen(path, chdf5_read_only(), access.value)
      }
    } catch .readFailed(_, _, _, let stack) where stack.contains(where: { $0.contains("truncated file") }) {
      throw .truncated(file: path, found: size, expected: Self.storedSize(stack))
    }
  }

  /// Creates a file for writing; there must be none of that name.
  ///
  /// - Parameters:
  ///   - path: Where the file is to be.
  ///   - name: The name that errors give it, if that is another.
  /// - Throws: ``HDF5Error/writeFailed(action:file:dataSet:stack:)``.
  package convenience init(creating path: String, reportedAs name: String? = nil) throws(HDF5Error) {
    try self.init(writing: path, reportedAs: name, "create the file") {
      H5Fcreate(path, chdf5_create_exclusively(), chdf5_default, $0)
    }
  }

  /// Opens a file to change its content.
  ///
  /// - Parameters:
  ///   - path: Where the file is.
  ///   - name: The name that errors give it, if that is another.
  /// - Throws: ``HDF5Error/writeFailed(action:file:dataSet:stack:)``.
  package convenience init(updating path: String, reportedAs name: String? = nil) throws(HDF5Error) {
    try self.init(writing: path, reportedAs: name, "open the file") { H5Fopen(path, chdf5_read_write(), $0) }
  }

  private init(
    writing path: String, reportedAs name: String?, _ action: String, _ open: (_ access: hid_t) -> hid_t
  ) throws(HDF5Error) {
    let place = HDF5Place(file: name ?? path, isWriting: true)
    self.path = path
    self.place = place
    rules = HDF5Access()
    bytes = nil
    links = try Self.linkAccess(allowsExternal: false, place)
    readLock = nil
    stamp = nil
    let access = try Self.fileAccess(place)
    identifier = try HDF5Library.call(action, at: place) { open(access.value) }
  }

  /// How a file is opened.
  ///
  /// HDF5 is to take no lock: a process started meanwhile inherits the open file, and with it a lock that outlives our
  /// closing. A file that is written needs none, as no one else knows its name until it is finished; one that is read has
  /// ``readLock``.
  private static func fileAccess(_ place: HDF5Place) throws(HDF5Error) -> HDF5Identifier {
    let action = "prepare the file"
    let access = try HDF5Identifier(action, at: place) { H5Pcreate(chdf5_file_access()) }
    // Otherwise closing a file whose data sets are in use would succeed, and leave it incomplete.
    try HDF5Library.call(action, at: place) { H5Pset_fclose_degree(access.value, H5F_CLOSE_SEMI) }
    try HDF5Library.call(action, at: place) { chdf5_disable_file_locking(access.value) }
    return access
  }

  /// How links are followed: not out of the file, unless that is allowed.
  private static func linkAccess(
    allowsExternal: Bool, _ place: HDF5Place
  ) throws(HDF5Error) -> HDF5Identifier {
    let access = try HDF5Identifier("prepare links", at: place) { H5Pcreate(chdf5_link_access()) }
    if !allowsExternal {
      try HDF5Library.call("prepare links", at: place) { chdf5_refuse_external_links(access.value) }
    }
    try HDF5Library.call("choose filters", at: place) { chdf5_allow_filter_plugins(allowsExternal ? 1 : 0) }
    return access
  }

  /// Hands everything written so far to the operating system, so that a full disk shows here.
  package func flush() throws(HDF5Error) {
    try HDF5Library.call("flush the file", at: place) { H5Fflush(identifier, H5F_SCOPE_LOCAL) }
  }

  /// Checks that the file is still the one that was opened. HDF5 reads what is missing from a file as zeros.
  ///
  /// - Throws: ``HDF5Error/changed(file:reason:)``.
  func requireUnchanged() throws(HDF5Error) {
    if let reason = stamp?.change(of: path) { throw .changed(file: path, reason: reason) }
  }

  /// Closes the file, once; a written file is complete only after this. Its data sets must have been let go of.
  package func close() throws(HDF5Error) {
    let wasOpen = isOpen.withLock { isOpen in
      defer { isOpen = false }
      return isOpen
    }
    guard wasOpen else { return }
    try HDF5Library.call("close the file", at: place) { H5Fclose(identifier) }
    if let failure = failure.withLock({ $0 }) { throw failure }
  }

  /// Keeps the error of a data set that could not be completed when it was let go of, for ``close()`` to throw.
  func remember(_ error: HDF5Error) {
    failure.withLock { $0 = $0 ?? error }
  }

  deinit {
    // Callers that must know that the file is complete have called `close()` before.
    try? close()
  }

  /// Opens a group or data set, which the caller is to release.
  func openObject(_ path: String) throws(HDF5Error) -> hid_t {
    try requireObject(path)
    return try HDF5Library.call("open the object", at: place.inside(path)) {
      H5Oopen(identifier, path, linkAccess)
    }
  }

  /// The names of what a group holds, in alphabetical order.
  ///
  /// - Parameter group: The path of the group; the file's root unless given.
  /// - Returns: The names.
  /// - Throws: ``HDF5Error`` where the group is missing or cannot be read.
  package func names(in group: String = "/") throws(HDF5Error) -> [String] {
    let object = try openObject(group)
    defer { HDF5Library.release(object) }
    var names: [String] = []
    try HDF5Library.call("look into the group", at: place.inside(group)) {
      withUnsafeMutablePointer(to: &names) { names in
        chdf5_each_link(
          object,
          { name, names in
            guard let name, let names else { return }
            names.assumingMemoryBound(to: [String].self).pointee.append(String(cString: name))
          }, names)
      }
    }
    return names
  }

  /// Whether the file holds a data set or group under this path.
  ///
  /// - Throws: ``HDF5Error/external(name:what:file:)`` where the path leads out of the file and must not.
  package func contains(_ path: String) throws(HDF5Error) -> Bool {
    // H5Lexists fails, instead of saying no, where a group on the way is missing; so every level is asked for.
    var prefix = ""
    for name in path.split(separator: "/") {
      prefix += "/\(name)"
      let link = prefix
      guard
        try HDF5Library.call("look for '\(link)'", at: place, { H5Lexists(identifier, link, linkAccess) })
          > 0
      else { return false }
      guard !rules.allowsExternal else { continue }
      let isForeign = try HDF5Library.call("look at '\(link)'", at: place) {
        chdf5_link_is_foreign(identifier, link, linkAccess)
      }
      if isForeign > 0 { throw .external(name: link, what: HDF5Error.link, file: self.path) }
    }
    return true
  }

  /// The data set under this path.
  package func dataSet(at path: String) throws(HDF5Error) -> HDF5DataSet {
    try requireObject(path)
    return try HDF5DataSet(file: self, name: path)
  }

  /// The numbers of a whole data set in row-major order, in double precision.
  package func doubles(at path: String) throws(HDF5Error) -> [Double] {
    try dataSet(at: path).doubles()
  }

  /// The texts of a whole data set.
  package func strings(at path: String) throws(HDF5Error) -> [String] {
    try dataSet(at: path).strings()
  }

  func requireObject(_ path: String) throws(HDF5Error) {
    guard try !contains(path) else { return }
    throw .missingDataSet(name: path, file: self.path, found: try names())
  }

  private static func size(of path: String) throws(HDF5Error) -> Int {
    var information = stat()
    guard stat(path, &information) == 0 else {
      let code = errno
      if code == ENOENT || code == ENOTDIR { throw .missingFile(file: path) }
      throw .unreadable(file: path, reason: String(cString: strerror(code)))
    }
    switch information.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw .unreadable(file: path, reason: "it is a folder")
    default: throw .unreadable(file: path, reason: "it is a pipe, a socket or a device")
    }
    guard access(path, R_OK) == 0 else {
      throw .unreadable(file: path, reason: String(cString: strerror(errno)))
    }
    return Int(information.st_size)
  }

  /// The file size that HDF5 found in the header, as it says in its error stack.
  private static func storedSize(_ stack: [String]) -> Int? {
    let marker = "stored_eof = "
    for line in stack {
      guard let start = line.firstRange(of: marker)?.upperBound else { continue }
      return Int(line[start...].prefix { $0.isNumber })
    }
    return nil
  }
}
