/// A sentence for the user that may name options.
///
/// A library knows an option only by its name. The program that reports the sentence spells the name in its own way: a
/// command with hyphens before it, a notebook as a key.
///
/// ```swift
/// let message: Message = "lower \(option: "learning-rate")"
/// message.description                      // lower learning-rate
/// message.text { name, _ in "'\(name)'" }  // lower 'learning-rate'
/// ```
///
/// A message has the lines that it is written with. What it takes from elsewhere, such as names of files, adds none: see
/// ``Swift/String/visible(keepingLines:)``.
public struct Message: Sendable, Hashable {
  fileprivate enum Piece: Sendable, Hashable {
    case text(String)
    case option(name: String, value: String?)
  }

  private var pieces: [Piece]

  /// A sentence from elsewhere, on one line, that names no option.
  public init(_ text: String) {
    pieces = [.text(text.visible(keepingLines: false))]
  }

  /// The sentence with its options spelled out.
  ///
  /// - Parameter spelling: The way that an option is given, from its name and, where the sentence has one, its value.
  /// - Returns: The sentence.
  public func text(spelling: (_ option: String, _ value: String?) -> String) -> String {
    pieces.map { piece in
      switch piece {
      case .text(let text): text
      case .option(let name, let value): spelling(name, value)
      }
    }.joined()
  }

  /// The sentences one after the other.
  public static func + (first: Message, second: Message) -> Message {
    var sum = first
    sum.pieces += second.pieces
    return sum
  }
}

extension Message: CustomStringConvertible {
  /// The sentence with the names of its options.
  public var description: String {
    text { name, value in value.map { "\(name) \($0)" } ?? name }
  }
}

extension Message: ExpressibleByStringInterpolation {
  /// A sentence that names no option.
  public init(stringLiteral text: String) {
    pieces = [.text(text)]
  }

  /// A sentence from its pieces.
  public init(stringInterpolation interpolation: StringInterpolation) {
    pieces = interpolation.pieces
  }

  /// Collects the pieces of a sentence.
  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var pieces: [Piece] = []

    /// An interpolation without pieces.
    public init(literalCapacity: Int, interpolationCount: Int) {}

    /// Adds text.
    public mutating func appendLiteral(_ text: String) {
      pieces.append(.text(text))
    }

    /// Adds a value's description; a sentence, or an error's sentence, keeps its options.
    public mutating func appendInterpolation(_ value: Any) {
      switch value {
      case let message as Message: pieces += message.pieces
      case let error as any ReportableError: pieces += error.message.pieces
      default: pieces += Message("\(value)" as String).pieces
      }
    }

    /// Adds an option.
    ///
    /// - Parameters:
    ///   - name: The option's name.
    ///   - value: The value that the sentence speaks of, if it speaks of one.
    public mutating func appendInterpolation(option name: String, _ value: String? = nil) {
      pieces.append(.option(name: name, value: value?.visible(keepingLines: false)))
    }
  }
}
