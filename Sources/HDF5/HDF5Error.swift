public import SystemFiles

/// An error in an HDF5 file, or while one is written.
public enum HDF5Error: ReportableError, Equatable {
  /// There is no such file.
  case missingFile(file: String)
  /// The operating system does not let us read the file.
  case unreadable(file: String, reason: String)
  /// Another program has locked the file.
  case locked(file: String)
  /// The file is not in HDF5 format.
  case notHDF5(file: String)
  /// The file ends before the HDF5 content does; sizes are in bytes.
  case truncated(file: String, found: Int, expected: Int?)
  /// The file was changed while it was read.
  case changed(file: String, reason: String)
  /// A data set or group that was asked for is not there.
  case missingDataSet(name: String, file: String, found: [String])
  /// A data set holds something else than was asked for, such as text instead of numbers.
  case wrongType(dataSet: String, file: String, found: String, expected: String)
  /// An object's content or filter is not in the file, and must not be looked for elsewhere.
  case external(name: String, what: String, file: String)
  /// A data set was compressed by a filter that is not installed.
  case missingFilter(dataSet: String, file: String, filter: String)
  /// A data set declares more elements than its file can hold.
  case promisesTooMuch(dataSet: String, file: String, shape: [Int], fileBytes: Int)
  /// A single read needs more memory than there is.
  case tooLarge(dataSet: String, file: String, shape: [Int], memory: Int)
  /// The HDF5 library itself did not survive the file.
  case deadly(file: String, what: String)
  /// HDF5 failed to read; its own error stack, outermost call first.
  case readFailed(action: String, file: String, dataSet: String?, stack: [String])
  /// HDF5 failed to write; its own error stack, outermost call first.
  case writeFailed(action: String, file: String, dataSet: String?, stack: [String])

  /// Whose mistake it is: a failed write stops the run, anything else is about the file.
  public var fault: Fault {
    if case .writeFailed = self { .run } else { .data }
  }

  /// One sentence for the user.
  public var message: Message {
    switch self {
    case .missingFile(let file):
      "\(file) does not exist; check the path."
    case .unreadable(let file, let reason):
      "\(file) cannot be read (\(reason)); check the path and its permissions."
    case .locked(let file):
      "\(file) is locked: another program has it open for writing; close that program, or set HDF5_USE_FILE_LOCKING=FALSE in the environment."
    case .notHDF5(let file):
      "\(file) is not an HDF5 file: expected the signature of one; check the path or download it again."
    case .truncated(let file, let found, let expected):
      "\(file) is truncated: it has \(found) bytes\(expected.map { ", its header promises \($0)" } ?? ""); download or generate it again."
    case .changed(let file, let reason):
      "\(file) was changed while it was being read: \(reason); the data read since are unreliable. Leave the file alone and start again."
    case .missingDataSet(let name, let file, let found):
      "\(file) holds no '\(name)'; it holds \(found.listed)."
    case .wrongType(let dataSet, let file, let found, let expected):
      "\(file): '\(dataSet)' holds \(found), expected \(expected); convert the data set."
    case .external(let name, let what, let file):
      "\(file): '\(name)' is \(what), so its content depends on more than this file, which is refused by default; \(Self.wayIn(what))."
    case .missingFilter(let dataSet, let file, let filter):
      "\(file): '\(dataSet)' is compressed by a filter that HDF5 does not find here (\(filter)); \(Self.rewriting), or install the filter and name its folder in HDF5_PLUGIN_PATH."
    case .promisesTooMuch(let dataSet, let file, let shape, let fileBytes):
      "\(file): '\(dataSet)' declares the shape \(shape), more than a file of \(fileBytes) bytes can hold; it is damaged or was never filled, download or generate it again."
    case .tooLarge(let dataSet, let file, let shape, let memory):
      "\(file): '\(dataSet)' has \(shape) elements to read at once, more than fit into \(memory >> 20) MB of memory; use a file with fewer points."
    case .deadly(let file, let what):
      "\(file) is damaged: the HDF5 library \(what) while reading the file's structure; download or generate it again."
    case .readFailed(let action, let file, let dataSet, let stack):
      "\(file)\(Self.inside(dataSet)): HDF5 could not \(action) (\(Self.reason(stack))); the file may be damaged; check it with h5dump, or download or generate it again."
    case .writeFailed(let action, let file, let dataSet, let stack):
      "\(file)\(Self.inside(dataSet)): HDF5 could not \(action) (\(Self.reason(stack))); check the free space and your permissions there."
    }
  }

  /// How what an object's content depends on comes into its file.
  private static func wayIn(_ what: String) -> String {
    switch what {
    case Self.link: "have h5repack merge everything into one file"
    case _ where what.hasPrefix(Self.filter): Self.rewriting
    default: "write its values into one file, as with h5py"
    }
  }

  /// How data come out of a filter that is only where they were made.
  private static let rewriting =
    "write the file again with gzip where it was made, as h5py does with compression=\"gzip\""

  /// What an object is that lies in another file.
  static let link = "an external link"
  /// What a data set is that HDF5 alone cannot read, before the filter's name.
  static let filter = "compressed by a filter of others"

  /// The outermost call of an error stack and, of a deep one, the last calls before the cause.
  private static func reason(_ stack: [String]) -> String {
    var lines: [String] = []
    for line in stack where line != lines.last { lines.append(line) }
    if lines.count > 4 { lines.replaceSubrange(1..<lines.count - 2, with: ["…"]) }
    return lines.isEmpty ? "no details" : lines.joined(separator: "; ")
  }

  private static func inside(_ dataSet: String?) -> String {
    dataSet.map { ", '\($0)'" } ?? ""
  }
}
