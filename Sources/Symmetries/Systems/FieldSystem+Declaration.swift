extension FieldSystem {
  /// The system with what a person declares of it.
  ///
  /// - Parameters:
  ///   - symmetries: Which symmetries hold: those that are known, none, or these.
  ///   - kinds: How variables and inputs change, such as `u=vector-x,v=vector-y,w=pseudoscalar,rho=positive`: the words of
  ///     ``VariableCharacter/init(word:)`` by name.
  /// - Returns: The system.
  /// - Throws: ``SymmetryError`` where a variable is not there, a word is none, or grid or variables do not have a symmetry.
  public func declaring(
    symmetries: SymmetryChoice = .auto, kinds: String = ""
  ) throws(SymmetryError) -> FieldSystem {
    var system = self
    for (name, character) in try Self.characters(in: kinds) {
      if let place = variables.firstIndex(of: name) {
        system.characters[place] = character
      } else if let place = inputs.firstIndex(of: name) {
        system.inputCharacters[place] = character
      } else {
        throw .unknownVariable(name, variables: variables + inputs)
      }
    }
    // What was told from the layout holds as far as the variables still allow it.
    system.conserved = conserved.filter { system.obstacle(to: $0) == nil }
    switch symmetries {
    case .auto:
      system.symmetries = self.symmetries.filter { system.obstacle(to: $0) == nil }
      return system
    case .none: return try system.with([])
    case .list(let list): return try system.with(list)
    }
  }

  /// The characters of a declaration, by variable, in its order.
  static func characters(
    in text: String
  ) throws(SymmetryError) -> [(name: String, character: VariableCharacter)] {
    var found: [(name: String, character: VariableCharacter)] = []
    for part in text.split(separator: ",") {
      let pieces = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        .map { $0.filter { !$0.isWhitespace } }
      guard pieces.count == 2, let character = VariableCharacter(word: pieces[1]) else {
        throw .unknownKind(pieces.last ?? "", text: text)
      }
      found.append((pieces[0], character))
    }
    return found
  }
}

extension FieldSystem {
  /// What is known, in one line for a person.
  public var summary: String { "symmetries: \(Symmetry.description(of: symmetries))" }

  /// How the variables change, in one line for a person, such as "density: density, Vx: velocity-x".
  public var kinds: String {
    zip(variables + inputs, characters + inputCharacters).map { "\($0): \($1.word)" }.joined(separator: ", ")
  }
}
