public import SystemFiles

import Options

/// A symmetry, a canonical form or a conservation that fields do not have, or a declaration that cannot be read.
public enum SymmetryError: ReportableError, Equatable {
  /// A symmetry that the fields or their grid do not have: why.
  case noSymmetry(Symmetry, reason: Obstacle)
  /// A part of the canonical form that the fields do not have: why.
  case noCanonicalForm(CanonicalPart, reason: Obstacle)
  /// A quantity that is not conserved: why.
  case notConserved(ConservedQuantity, reason: Obstacle)
  /// A declaration for a variable that is not there.
  case unknownVariable(String, variables: [String])
  /// A word that says nothing of how a variable changes.
  case unknownKind(String, text: String)

  /// A wrong option.
  public var fault: Fault { .usage }

  /// The reason alone, a clause.
  public var reason: String {
    switch self {
    case .noSymmetry(_, let obstacle), .noCanonicalForm(_, let obstacle), .notConserved(_, let obstacle):
      obstacle.reason
    case .unknownVariable, .unknownKind: description
    }
  }

  /// The sentence, with the options that it names still to be spelled.
  public var message: Message {
    switch self {
    case .noSymmetry(let symmetry, let obstacle):
      "These fields do not have the symmetry '\(symmetry.word)': \(obstacle). "
        + Self.wayOut(of: obstacle, "\(option: "symmetries") and \(option: "variable-kinds")")
    case .noCanonicalForm(let part, let obstacle):
      "These fields have no canonical form by '\(part.rawValue)': \(obstacle). "
        + Self.wayOut(of: obstacle, "\(option: "symmetries") and \(option: "variable-kinds")")
    case .notConserved(let quantity, let obstacle):
      "These fields do not conserve \(quantity.rawValue): \(obstacle). "
        + Self.wayOut(of: obstacle, "\(option: "variable-kinds")")
    case .unknownVariable(let name, let variables):
      "There is no variable '\(name)' to declare; the variables are \(Symmetry.list(variables))\(Self.suggestion(name, variables))."
    case .unknownKind(let word, let text):
      "'\(text)' does not say how a variable changes: '\(word)' is none of \(Self.kinds)\(Self.suggestion(word, VariableCharacter.allWords)). Write it like 'u=vector-x,v=vector-y,rho=positive'."
    }
  }

  /// What can be done about an obstacle, with the options that declare what is not told by names.
  private static func wayOut(of obstacle: Obstacle, _ options: Message) -> Message {
    obstacle.isOfUnknownEnds
      ? "Leave it out, or, if the fields are periodic, say so by \(option: "periodic", "yes")."
      : "Leave it out, or declare what is missing with \(options)."
  }

  /// The error of decoding fields that do not have what is read.
  ///
  /// - Parameter path: What is to blame.
  /// - Returns: The error.
  func decodingError(at path: [any CodingKey]) -> DecodingError {
    .dataCorrupted(.init(codingPath: path, debugDescription: description))
  }

  private static let kinds =
    "scalar, positive, pseudoscalar, vector-x, tensor-xy, density, pressure, velocity-x and conserved (and so on for y and z)"

  private static func suggestion(_ word: String, _ names: [String]) -> String {
    let near = NearestNames.of(word, among: names)
    return near.isEmpty ? "" : "; did you mean \(near.map { "'\($0)'" }.joined(separator: " or "))?"
  }
}
