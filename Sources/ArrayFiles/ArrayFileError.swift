public import SystemFiles

/// Why a file of arrays could not be read.
public enum ArrayFileError: ReportableError, Equatable {
  /// The operating system would not open or read the file, or make a temporary one.
  case file(FileError)
  /// The file was changed while it was read.
  case changed(file: String, reason: String)
  /// The file contradicts itself: it is truncated, or was written incorrectly.
  case damaged(file: String, place: String, found: String, expected: String)
  /// The file is sound, but holds what is not read here; `wayOut` says how to write it otherwise.
  case unsupported(file: String, place: String, found: String, expected: String, wayOut: String)
  /// A PyTorch file asks for a function or class of a program. It was not called.
  case refused(file: String, name: String)
  /// Compressed data unfold to more than the disk has room for.
  case noRoom(file: String, needed: Int, available: Int, folder: String)

  /// Whatever is wrong, it is wrong with a file that was given, but for a disk that is full.
  public var fault: Fault {
    switch self {
    case .file(let error): error.fault
    case .noRoom: .run
    default: .data
    }
  }

  /// The file, the place, what was found, what was expected and the way out, on one line.
  public var message: Message {
    switch self {
    case .file(let error): error.message
    case .changed(let file, let reason):
      "\(file) was changed while it was read: \(reason); nothing is known of what was read since. "
        + "Leave the file alone and start again."
    case .damaged(let file, let place, let found, let expected):
      "\(file): \(place) \(found), expected \(expected); the file is damaged, copy or write it again."
    case .unsupported(let file, let place, let found, let expected, let wayOut):
      "\(file): \(place) \(found), expected \(expected); \(wayOut)."
    case .refused(let file, let name):
      "\(file) asks to run \(Self.quoted(name)), expected tensors, numbers, texts, lists and dictionaries alone; nothing was "
        + "run. If you trust the file, load it where it was made and save its tensors alone, "
        + "as in torch.save(model.state_dict(), …)."
    case .noRoom(let file, let needed, let available, let folder):
      "\(file) holds compressed data that take \(needed) bytes, and \(folder) has room for \(available); "
        + "free some space there, or name another folder in TMPDIR."
    }
  }

  /// A name from a file, in quotes and not too long for a line.
  static func quoted(_ name: String) -> String {
    name.abridged(to: 100).debugDescription
  }
}

/// Makes a call to the operating system, whose error becomes that of the file of arrays.
func inFile<Value>(_ call: () throws(FileError) -> Value) throws(ArrayFileError) -> Value {
  do {
    return try call()
  } catch {
    throw .file(error)
  }
}
