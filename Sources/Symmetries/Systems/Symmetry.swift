public import Options

/// A change of fields that takes every solution of an equation to another solution.
public enum Symmetry: Hashable, Sendable {
  /// The mirror image along an axis of space: x → −x, with the components of vectors along it.
  case reflection(axis: Int)
  /// Two axes of space take each other's place, with the components of vectors.
  case exchange(Int, Int)
  /// The same fields elsewhere, along periodic axes.
  case translation
  /// The same fields seen by someone who moves: v → v + c, and all fields move by c·t. Galileo's.
  case boost
  /// Density and pressure times the same number: (ρ, p) → a·(ρ, p).
  case scaling

  private static let letters = ["x", "y", "z"]

  /// The name of an axis of space: x, y or z.
  static func letter(_ axis: Int) -> String {
    letters.indices.contains(axis) ? letters[axis] : "axis \(axis)"
  }

  /// All symmetries that fields with a number of axes can have.
  ///
  /// - Parameter dimensions: The number of axes of space.
  /// - Returns: Reflections, exchanges, translation, boosts and scaling, in this order.
  public static func all(dimensions: Int) -> [Symmetry] {
    (0..<dimensions).map { .reflection(axis: $0) }
      + (0..<dimensions).flatMap { first in
        (first + 1..<max(dimensions, first + 1)).map { .exchange(first, $0) }
      }
      + [.translation, .boost, .scaling]
  }

  /// The word for it in options: `reflect-x`, `exchange-xy`, `translate`, `boost` or `scale`.
  public var word: String {
    switch self {
    case .reflection(let axis): "reflect-\(Self.letter(axis))"
    case .exchange(let first, let second):
      "exchange-\(Self.letter(min(first, second)))\(Self.letter(max(first, second)))"
    case .translation: "translate"
    case .boost: "boost"
    case .scaling: "scale"
    }
  }

  /// The words of all symmetries in three dimensions and less.
  public static let words = all(dimensions: 3).map(\.word)

  /// The symmetry of a word; nil if the word is none.
  ///
  /// - Parameter word: As in ``word``.
  public init?(word: String) {
    guard let symmetry = Self.all(dimensions: 3).first(where: { $0.word == word }) else { return nil }
    self = symmetry
  }
}

extension Symmetry: CustomStringConvertible {
  /// The symmetry in words, such as "reflection in x".
  public var description: String {
    switch self {
    case .reflection(let axis): "reflection in \(Self.letter(axis))"
    case .exchange(let first, let second): "exchange of \(Self.letter(first)) and \(Self.letter(second))"
    case .translation: "translation"
    case .boost: "Galilean boosts"
    case .scaling: "scaling of density and pressure"
    }
  }

  /// Several symmetries in words, such as "reflection in x and y, exchange of x and y, translation".
  ///
  /// - Parameter symmetries: The symmetries.
  /// - Returns: The words; "none" where there are none.
  public static func description(of symmetries: [Symmetry]) -> String {
    let reflected = symmetries.compactMap { symmetry in
      if case .reflection(let axis) = symmetry { letter(axis) } else { nil }
    }
    let others = symmetries.filter { if case .reflection = $0 { false } else { true } }.map(\.description)
    let words = (reflected.isEmpty ? [] : ["reflection in \(list(reflected))"]) + others
    return words.isEmpty ? "none" : words.joined(separator: ", ")
  }

  /// Words with "and" before the last.
  static func list(_ words: [String]) -> String {
    words.count < 2 ? words.joined() : words.dropLast().joined(separator: ", ") + " and " + (words.last ?? "")
  }
}

extension Symmetry: Codable {
  /// Reads the word.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let word = try container.decode(String.self)
    guard let symmetry = Symmetry(word: word) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(word)' is no symmetry")
    }
    self = symmetry
  }

  /// Writes the word.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(word)
  }
}

extension Symmetry: OptionValue {
  /// One of the words.
  public static var form: OptionForm { .choice(words) }

  /// Reads a word.
  public init?(_ text: OptionText) {
    guard case .word(let word) = text else { return nil }
    self.init(word: word)
  }

  /// The word.
  public var text: OptionText { .word(word) }
}
