public import TensorCore

/// What can be wrong with a data file, or go wrong while one is written.
public enum DataFileError: ReportableError, Equatable {
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
  /// The file holds none of the layouts that this package knows.
  case unknownLayout(file: String, found: [String])
  /// A field that the file's dimension calls for is not there.
  case missingVariable(name: String, dimensions: Int, file: String, found: [String])
  /// A data set has too many or too few axes.
  case wrongRank(dataSet: String, file: String, shape: [Int], expected: String)
  /// Two data sets that belong together have different shapes.
  case shapesDisagree(dataSet: String, shape: [Int], other: String, otherShape: [Int], file: String)
  /// A data set holds no samples, or an axis has no entries.
  case empty(dataSet: String, file: String, shape: [Int])
  /// A coordinate does not have one entry per point (or per frame).
  case wrongCoordinateCount(dataSet: String, file: String, found: Int, expected: String)
  /// A data set holds something else than was asked for, such as text instead of numbers.
  case wrongType(dataSet: String, file: String, found: String, expected: String)
  /// A field or coordinate holds NaN or an infinity; the position counts from zero, in the file's own axes.
  case notFinite(value: Double, dataSet: String, file: String, position: [Int])
  /// HDF5 failed to read; its own error stack, outermost call first.
  case readFailed(action: String, file: String, dataSet: String?, stack: [String])
  /// HDF5 failed to write; its own error stack, outermost call first.
  case writeFailed(action: String, file: String, dataSet: String?, stack: [String])
  /// The file to be written is already there.
  case fileExists(file: String)
  /// Another process makes the file at the moment.
  case beingMade(file: String)
  /// A file was to be finished before it held a sample.
  case nothingWritten(file: String)
  /// The finished file could not be brought to the disk or renamed.
  case replacementFailed(FileError)

  /// Whose mistake it is: a failed write stops the run, anything else is about the data.
  public var fault: Fault {
    switch self {
    case .writeFailed, .nothingWritten, .replacementFailed: .run
    case .fileExists, .beingMade: .usage
    default: .data
    }
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
      "\(file) is not an HDF5 file; expected one in PDEBench's layout, check the path or download it again."
    case .truncated(let file, let found, let expected):
      "\(file) is truncated: it has \(found) bytes\(expected.map { ", its header promises \($0)" } ?? ""); download or generate it again."
    case .changed(let file, let reason):
      "\(file) was changed while it was read: \(reason); nothing is known of what was read since. Leave the file alone and start again."
    case .missingDataSet(let name, let file, let found):
      "\(file) holds no '\(name)'; it holds \(Self.list(found))."
    case .unknownLayout(let file, let found):
      "\(file) is not in a layout that can be read: it holds \(Self.list(found)), expected 'density', 'pressure', 'Vx' (and 'Vy', 'Vz') or 'tensor', each [sample, time, x(, y(, z))], 'tensor' and 'nu', or 'velocity' and 'particles'."
    case .missingVariable(let name, let dimensions, let file, let found):
      "\(file) is a \(dimensions)D flow and holds no '\(name)'; it holds \(Self.list(found)). Add the missing data set or use a complete file."
    case .wrongRank(let dataSet, let file, let shape, let expected):
      "\(file): '\(dataSet)' has \(shape.count) axes \(shape), expected \(expected); rewrite the data set in that order."
    case .shapesDisagree(let dataSet, let shape, let other, let otherShape, let file):
      "\(file): '\(dataSet)' has shape \(shape) but '\(other)' has \(otherShape); all variables of a file must agree, rewrite one of them."
    case .empty(let dataSet, let file, let shape):
      "\(file): '\(dataSet)' has shape \(shape) and so holds no samples; expected at least one entry along every axis, use another file."
    case .wrongCoordinateCount(let dataSet, let file, let found, let expected):
      "\(file): '\(dataSet)' has \(found) entries, expected \(expected); correct the coordinate or remove it."
    case .wrongType(let dataSet, let file, let found, let expected):
      "\(file): '\(dataSet)' holds \(found), expected \(expected); convert the data set."
    case .notFinite(let value, let dataSet, let file, let position):
      "\(file): '\(dataSet)' is \(value) at \(Self.place(position)) (counted from 0), expected finite numbers; leave the sample out or repair it."
    case .readFailed(let action, let file, let dataSet, let stack):
      "\(file)\(Self.inside(dataSet)): HDF5 could not \(action) (\(Self.reason(stack))); the file may be damaged, check it with h5dump or get it again."
    case .writeFailed(let action, let file, let dataSet, let stack):
      "\(file)\(Self.inside(dataSet)): HDF5 could not \(action) (\(Self.reason(stack))); check that the disk has space and that you may write there."
    case .fileExists(let file):
      "\(file) already exists; choose another name or remove it first."
    case .beingMade(let file):
      "\(file) is being made by another process; wait for it, or choose another name."
    case .nothingWritten(let file):
      "\(file) was not written: no sample was finished."
    case .replacementFailed(let error):
      error.description
    }
  }

  private static func list(_ names: [String]) -> String {
    names.isEmpty ? "nothing" : names.joined(separator: ", ")
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

  /// A position in a file's own axes, in words.
  static func place(_ position: [Int]) -> String {
    guard position.count > 2 else { return "entry \(position.map(String.init).joined(separator: ", "))" }
    let cell = position[2...].map(String.init).joined(separator: ", ")
    return "sample \(position[0]), frame \(position[1]), cell \(cell)"
  }
}
