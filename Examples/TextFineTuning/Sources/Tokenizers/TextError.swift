public import SystemFiles

/// Something in a file, a folder or the options that cannot be used: what it is, where, and the way out.
public struct TextError: ReportableError, Equatable {
  /// Who is at fault.
  public let fault: Fault
  /// One sentence for the person at the terminal.
  public let message: Message

  private init(_ fault: Fault, _ message: Message) {
    (self.fault, self.message) = (fault, message)
  }

  /// A file's content is not what it should be.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - place: The line, key or tensor.
  ///   - reason: What was found and what was expected, and the way out.
  /// - Returns: The error.
  public static func content(_ file: String, _ place: String? = nil, _ reason: String) -> TextError {
    TextError(.data, "\(file)\(place.map { ", \($0)" } ?? ""): \(reason).")
  }

  /// A folder lacks a file.
  public static func missing(_ file: String, in folder: String, _ wayOut: String) -> TextError {
    TextError(.data, "\(folder) has no \(file); \(wayOut).")
  }

  /// Options do not go together.
  public static func usage(_ sentence: String) -> TextError { TextError(.usage, Message(sentence)) }
}
