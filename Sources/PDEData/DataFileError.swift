public import HDF5
public import SystemFiles

/// An error in a data file, or while one is written.
public enum DataFileError: ReportableError, Equatable {
  /// HDF5 failed, or found the file or a data set missing or wrong.
  case hdf5(HDF5Error)
  /// The file is in none of the layouts that this package knows; what each of them holds, in words.
  case unknownLayout(file: String, found: [String], expected: [String])
  /// A file is in none of the formats that are known; how it begins.
  case unknownFormat(file: String, bytes: [UInt8])
  /// A file leaves open how it is to be read, or is to be read in a way that does not fit it: a clause.
  case unclear(file: String, Message)
  /// A file is given twice, under one name or two.
  case givenTwice(file: String, other: String)
  /// Files that are to be one set of samples differ: a clause.
  case differ(file: String, other: String, String)
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
  /// A field or coordinate holds NaN or an infinity; the position counts from zero, in the file's own axes.
  case notFinite(value: Double, dataSet: String, file: String, position: [Int])
  /// A field holds a number that stands for no value by the file's own attributes; the position likewise.
  case missingValue(value: Double, dataSet: String, file: String, position: [Int])
  /// A field holds a number that a 32-bit float cannot: which, where that is known, and its position, likewise.
  case beyondSinglePrecision(value: Double?, dataSet: String, file: String, position: [Int])
  /// A single read needs more memory than there is.
  case tooLarge(dataSet: String, file: String, shape: [Int], memory: Int)
  /// The file to be written is already there.
  case fileExists(file: String)
  /// Another process makes the file at the moment.
  case beingMade(file: String)
  /// A file to be made needs more bytes than its disk has left.
  case noRoom(file: String, samples: Int, bytes: Double, free: Int)
  /// It was asked to leave a file before its first sample.
  case stopped(file: String)
  /// A file was to be finished before it held a sample.
  case nothingWritten(file: String)
  /// The finished file could not be brought to the disk or renamed.
  case replacementFailed(FileError)

  /// Whose mistake it is: a failed write stops the run, anything else is about the data.
  public var fault: Fault {
    switch self {
    case .hdf5(let error): error.fault
    case .noRoom, .stopped, .nothingWritten, .replacementFailed: .run
    case .givenTwice, .fileExists, .beingMade: .usage
    default: .data
    }
  }

  /// The sentence, with the options that it names still to be spelled.
  public var message: Message {
    switch self {
    case .hdf5(let error):
      error.message
    case .unknownFormat(let file, let bytes):
      "\(file) is not an HDF5 file, nor one of NumPy, MATLAB or PyTorch: it begins with \(Self.beginning(bytes)), expected the signature of one; check the path or download it again."
    case .unclear(let file, let reason): "\(file): \(reason)."
    case .givenTwice(let file, let other):
      "\(file) is \(file == other ? "given twice" : "the same file as \(other)"): its samples would count twice, or be tested on after training on them; give it once."
    case .differ(let file, let other, let difference):
      "\(file) has \(difference) of \(other): files that are to be one set of samples must agree; leave one of them out."
    case .unknownLayout(let file, let found, let expected):
      "\(file) is not in a layout that can be read: it holds \(found.listed), expected \(expected.joined(separator: "; or "))."
    case .missingVariable(let name, let dimensions, let file, let found):
      "\(file) is a \(dimensions)D flow and holds no '\(name)'; it holds \(found.listed). Add the missing data set or use a complete file. Or name the variables to read by \(option: "variables")."
    case .wrongRank(let dataSet, let file, let shape, let expected):
      "\(file): '\(dataSet)' has \(shape.count) axes \(shape), expected \(expected); rewrite the data set in that order."
    case .shapesDisagree(let dataSet, let shape, let other, let otherShape, let file):
      "\(file): '\(dataSet)' has shape \(shape) but '\(other)' has \(otherShape); all variables of a file must agree, rewrite one of them."
    case .empty(let dataSet, let file, let shape):
      "\(file): '\(dataSet)' has shape \(shape) and holds no samples; expected at least one entry along every axis, use another file."
    case .wrongCoordinateCount(let dataSet, let file, let found, let expected):
      "\(file): '\(dataSet)' has \(found) entries, expected \(expected); correct the coordinate or remove it."
    case .notFinite(let value, let dataSet, let file, let position):
      "\(file): '\(dataSet)' is \(value) at \(Self.place(position)) (counted from 0), expected finite numbers; leave the sample out or repair it."
    case .missingValue(let value, let dataSet, let file, let position):
      "\(file): '\(dataSet)' is \(value) at \(Self.place(position)) (counted from 0), which stands for no value there (by '_FillValue' or 'missing_value'), expected a value everywhere; fill these places in before, or leave the sample out."
    case .beyondSinglePrecision(let value?, let dataSet, let file, let position):
      "\(file): '\(dataSet)' is \(value) at \(Self.place(position)) (counted from 0), beyond single precision (3.4e38), in which numbers are computed; scale the variable."
    case .beyondSinglePrecision(.none, let dataSet, let file, let position):
      "\(file): '\(dataSet)' is infinite or beyond single precision (3.4e38) at \(Self.place(position)) (counted from 0); repair it or scale the variable."
    case .tooLarge(let dataSet, let file, let shape, let memory):
      "\(file): '\(dataSet)' has \(shape) elements to read at once, more than fit into \(memory >> 20) MB of memory; use a file with fewer points."
    case .fileExists(let file):
      "\(file) already exists; choose another name or remove it first."
    case .beingMade(let file):
      "\(file) is being written by another process; wait for it, or choose another name."
    case .noRoom(let file, let samples, let bytes, let free):
      "\(file) needs \(Self.megabytes(bytes)) for \(samples) samples, but its disk has only \(Self.megabytes(Double(free))) left; free some space, write elsewhere or generate fewer samples."
    case .stopped(let file):
      "\(file) was interrupted before its first sample; run the same command again to generate it."
    case .nothingWritten(let file):
      "\(file) was not written: no sample was finished."
    case .replacementFailed(let error):
      error.message
    }
  }

  private static func megabytes(_ bytes: Double) -> String {
    "\(Int(exactly: (bytes / 0x1p20).rounded(.up)) ?? .max) MB"
  }

  /// The first bytes of a file, for messages.
  private static func beginning(_ bytes: [UInt8]) -> String {
    guard !bytes.isEmpty else { return "nothing" }
    guard bytes.allSatisfy({ (0x20..<0x7F).contains($0) }) else {
      return "the bytes " + bytes.map { String($0, radix: 16) }.joined(separator: " ")
    }
    return "'\(String(decoding: bytes, as: UTF8.self))'"
  }

  /// A position in a file's own axes, in words.
  static func place(_ position: [Int]) -> String {
    guard position.count > 2 else { return "entry \(position.map(String.init).joined(separator: ", "))" }
    let cell = position[2...].map(String.init).joined(separator: ", ")
    return "sample \(position[0]), frame \(position[1]), cell \(cell)"
  }
}

/// Makes a call to HDF5, whose error becomes that of the data file.
func inHDF5<Value>(_ call: @autoclosure () throws(HDF5Error) -> Value) throws(DataFileError) -> Value {
  do {
    return try call()
  } catch {
    throw .hdf5(error)
  }
}
