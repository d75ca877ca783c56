// A checkpoint may come from anywhere: what is read is checked as what is made.

extension FieldSystem {
  // Not private: the compiler makes `encode` in the type's own file, and debug builds crash it on a private name there.
  enum CodingKeys: String, CodingKey {
    case variables, characters, inputs, axes, equation, symmetries, conserved, gamma
    case inputCharacters = "input_characters"
  }

  /// Reads a system.
  ///
  /// - Throws: `DecodingError` for one that cannot be.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let variables = try values.decode([String].self, forKey: .variables)
    let characters = try values.decode([VariableCharacter].self, forKey: .characters)
    let inputs = try values.decode([String].self, forKey: .inputs)
    let inputCharacters = try values.decode([VariableCharacter].self, forKey: .inputCharacters)
    let axes = try values.decode([Axis].self, forKey: .axes)
    let isSound =
      characters.count == variables.count && inputCharacters.count == inputs.count
      && (1...3).contains(axes.count)
      && axes.allSatisfy {
        $0.points > 0 && $0.points <= Int(Int32.max) && $0.length.isFinite && $0.length > 0
      }
      && (characters + inputCharacters).allSatisfy { $0.isSound(axes: axes.count) }
    guard isSound else {
      throw DecodingError.dataCorruptedError(
        forKey: .axes, in: values, debugDescription: "variables, characters and axes do not go together")
    }
    self.init(
      variables: variables, characters: characters, axes: axes, inputs: inputs,
      inputCharacters: inputCharacters, gamma: try values.decodeIfPresent(Double.self, forKey: .gamma))
    equation = try values.decodeIfPresent(FieldEquation.self, forKey: .equation)
    symmetries = try values.decode([Symmetry].self, forKey: .symmetries)
    conserved = try values.decode([ConservedQuantity].self, forKey: .conserved)
  }
}

extension VariableCharacter {
  /// Whether the axes that it names are there.
  fileprivate func isSound(axes: Int) -> Bool {
    func has(_ axis: Int) -> Bool { (0..<axes).contains(axis) }
    let isKindSound =
      switch kind {
      case .scalar, .pseudoscalar: true
      case .vector(let axis): has(axis)
      case .tensor(let row, let column): has(row) && has(column)
      }
    if case .velocity(let axis) = quantity { return isKindSound && has(axis) }
    return isKindSound
  }
}
