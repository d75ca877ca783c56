import ArgumentParser
import SystemFiles

/// A file that an option replaces. Only one of its own kind may be: any other is somebody's work.
enum ReplacedFile {
  /// Refuses an option that would replace a file of another kind.
  ///
  /// What is empty, no ordinary file, or not there yet, is nobody's work.
  ///
  /// - Parameters:
  ///   - kind: The kind, as in "no SQLite file".
  ///   - path: The file; nil where the option is not given.
  ///   - option: The option.
  ///   - isOne: Whether a file is of that kind.
  /// - Throws: `ValidationError`.
  static func require(_ kind: String, at path: String?, for option: String, isOne: (String) -> Bool) throws {
    guard let path, let file = try? InputFile(path), file.count > 0, !isOne(path) else { return }
    throw ValidationError(
      "\(option) would replace \(path), which is no \(kind) file; give another name, or remove that file.")
  }
}
