import CHDF5
import Synchronization

/// The one door to the HDF5 library: every call goes through ``call(_:at:_:)``.
///
/// HDF5 is not thread-safe in its usual build, so each call holds a lock; its error stack is read before the lock is
/// let go of, and becomes part of the Swift error.
enum HDF5Library {
  private static let lock = Mutex(false)

  /// Makes one call into the library.
  ///
  /// - Parameters:
  ///   - action: What the call does, to complete the sentence "HDF5 could not …".
  ///   - place: The file and data set concerned.
  ///   - body: The call; a negative result is a failure.
  /// - Returns: The call's result.
  /// - Throws: ``HDF5Error/readFailed(action:file:dataSet:stack:)`` or its twin for writing.
  @discardableResult
  static func call<Code: SignedInteger & Sendable>(
    _ action: String, at place: HDF5Place, _ body: () -> Code
  ) throws(HDF5Error) -> Code {
    let (code, stack) = locked { () -> (Code, [String]) in
      let code = body()
      return (code, code < 0 ? errorStack() : [])
    }
    guard code >= 0 else { throw place.failure(action, stack: stack) }
    return code
  }

  /// The library's version.
  static let version: String = locked {
    var (major, minor, release): (UInt32, UInt32, UInt32) = (0, 0, 0)
    return H5get_libversion(&major, &minor, &release) < 0 ? "unknown" : "\(major).\(minor).\(release)"
  }

  /// The number of open files, data sets, groups, types and attributes.
  static var openObjects: Int { locked { chdf5_open_objects() } }

  /// Gives up an identifier of any kind. Nothing that was written depends on it, so a failure has no consequence.
  static func release(_ identifier: hid_t) {
    _ = locked { H5Idec_ref(identifier) }
  }

  /// Runs `body`, which must not come back here, while no other thread is in the library.
  static func locked<Value: Sendable>(_ body: () -> Value) -> Value {
    lock.withLock { started in
      if !started {
        // At exit the library would try again to flush a file whose disk was full, and crash. We close what we open.
        // The call fails only where the host program has already decided the same.
        _ = H5dont_atexit()
        started = true
      }
      // In HDF5's thread-safe build this setting belongs to the thread, so it is made at every call.
      _ = H5Eset_auto2(chdf5_error_stack, nil, nil)
      return body()
    }
  }

  /// The descriptions on the error stack, from the outermost call to the cause.
  private static func errorStack() -> [String] {
    var lines: [String] = []
    let status = withUnsafeMutablePointer(to: &lines) { lines in
      H5Ewalk2(
        chdf5_error_stack, H5E_WALK_DOWNWARD,
        { _, entry, lines in
          guard let description = entry?.pointee.desc, let lines else { return 0 }
          let line = String(cString: description).split(whereSeparator: \.isNewline).joined(separator: " ")
          lines.assumingMemoryBound(to: [String].self).pointee.append(line)
          return 0
        }, lines)
    }
    return status < 0 ? [] : lines
  }
}

/// An identifier that is given up with its last owner, also where an initializer throws half-way.
final class HDF5Identifier: Sendable {
  let value: hid_t

  /// Keeps what a call opens.
  init(_ action: String, at place: HDF5Place, _ open: () -> hid_t) throws(HDF5Error) {
    value = try HDF5Library.call(action, at: place, open)
  }

  deinit { HDF5Library.release(value) }
}

/// Where in which file a call does its work.
struct HDF5Place: Sendable {
  var file: String
  var dataSet: String?
  var isWriting = false

  func inside(_ dataSet: String) -> HDF5Place {
    HDF5Place(file: file, dataSet: dataSet, isWriting: isWriting)
  }

  func failure(_ action: String, stack: [String]) -> HDF5Error {
    isWriting
      ? .writeFailed(action: action, file: file, dataSet: dataSet, stack: stack)
      : .readFailed(action: action, file: file, dataSet: dataSet, stack: stack)
  }
}
