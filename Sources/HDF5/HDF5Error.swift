public import SystemFiles

/// What can be wrong with an HDF5 file, or go wrong while one is written.
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
  /// A data set or group that was asked for is not there.
  case missingDataSet(name: String, file: String, found: [String])
  /// A data set holds something else than was asked for, such as text instead of numbers.
  case wrongType(dataSet: String, file: String, found: String, expected: String)
  /// HDF5 failed to read; its own error stack, outermost call first.
  case readFailed(action: String, file: String, dataSet: String?, stack: [String])
  /// HDF5 failed to write; its own error stack, outermost call first.
  case writeFailed(action: String, file: String, dataSet: String?, stack: [String])

  /// Whose mistake it is: a failed write stops the run, anything else is about the file.
  public var fault: Fault {
    if case .writeFailed = self { .run } else { .data }
  }

  /// One sentence for the person at the terminal.
  public var description: String {
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
    case .missingDataSet(let name, let file, let found):
      "\(file) holds no '\(name)'; it holds \(found.isEmpty ? "nothing" : found.joined(separator: ", "))."
    case .wrongType(let dataSet, let file, let found, let expected):
      "\(file): '\(dataSet)' holds \(found), expected \(expected); convert the data set."
    case .readFailed(let action, let file, let dataSet, let stack):
      "\(file)\(Self.inside(dataSet)): HDF5 could not \(action) (\(Self.reason(stack))); the file may be damaged, check it with h5dump or get it again."
    case .writeFailed(let action, let file, let dataSet, let stack):
      "\(file)\(Self.inside(dataSet)): HDF5 could not \(action) (\(Self.reason(stack))); check that the disk has space and that you may write there."
    }
  }

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
