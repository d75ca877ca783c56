/// How a variable changes under the symmetries of its equations.
public struct VariableCharacter: Sendable, Hashable, Codable {
  /// How it changes when axes are reflected or exchanged.
  public enum Kind: Sendable, Hashable, Codable {
    /// Not at all.
    case scalar
    /// As the component of a vector along an axis of space.
    case vector(axis: Int)
    /// As the component of a tensor along two axes of space.
    case tensor(Int, Int)
    /// By a change of sign under each reflection and each exchange, as vorticity in two dimensions.
    case pseudoscalar
  }

  /// What a variable is in the equations.
  public enum Quantity: Sendable, Hashable, Codable {
    /// The density ρ.
    case density
    /// The pressure p.
    case pressure
    /// The velocity along an axis of space.
    case velocity(axis: Int)
    /// Something else whose mean over a periodic domain is conserved.
    case conserved
  }

  /// How it changes when axes are reflected or exchanged.
  public var kind: Kind
  /// Whether it is positive everywhere, so that its logarithm may be taken.
  public var isPositive: Bool
  /// What it is in the equations; nil if that is not known.
  public var quantity: Quantity?

  /// A character.
  ///
  /// - Parameters:
  ///   - kind: How it changes when axes are reflected or exchanged.
  ///   - isPositive: Whether it is positive everywhere.
  ///   - quantity: What it is in the equations, if that is known.
  public init(_ kind: Kind = .scalar, isPositive: Bool = false, quantity: Quantity? = nil) {
    self.kind = kind
    self.isPositive = isPositive
    self.quantity = quantity
  }

  /// The density.
  public static let density = Self(.scalar, isPositive: true, quantity: .density)
  /// The pressure.
  public static let pressure = Self(.scalar, isPositive: true, quantity: .pressure)
  /// The velocity along an axis of space.
  public static func velocity(axis: Int) -> Self {
    Self(.vector(axis: axis), quantity: .velocity(axis: axis))
  }
}

extension VariableCharacter {
  /// The words that a declaration gives a variable, and what they mean.
  private static let words: [(word: String, character: Self)] =
    [
      ("scalar", Self()), ("positive", Self(isPositive: true)), ("pseudoscalar", Self(.pseudoscalar)),
      ("density", .density), ("pressure", .pressure), ("conserved", Self(quantity: .conserved)),
    ]
    + (0..<3).flatMap { axis in
      let letter = Symmetry.letter(axis)
      return [("vector-\(letter)", Self(.vector(axis: axis))), ("velocity-\(letter)", .velocity(axis: axis))]
        + (0..<3).map { ("tensor-\(letter)\(Symmetry.letter($0))", Self(.tensor(axis, $0))) }
    }

  /// All words.
  public static let allWords = words.map(\.word)

  /// The character of a word: `scalar`, `positive`, `pseudoscalar`, `vector-x`, `tensor-xy`, `density`, `pressure`,
  /// `velocity-x` or `conserved`; nil if the word is none.
  ///
  /// - Parameter word: The word.
  public init?(word: String) {
    guard let found = Self.words.first(where: { $0.word == word }) else { return nil }
    self = found.character
  }

  /// The word for it; the nearest one where it has none of its own.
  public var word: String {
    if let exact = Self.words.first(where: { $0.character == self }) { return exact.word }
    let plain = Self(kind, isPositive: isPositive && kind == .scalar)
    return Self.words.first { $0.character == plain }?.word ?? "scalar"
  }
}
