import Options

extension TrainingConfiguration: Encodable {
  /// Writes the values that are set, by their options' names.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: OptionKey.self)
    for option in ownOptions.all {
      let text = option.declaration.text(in: self)
      guard text != .nothing else { continue }
      try container.encode(EncodedOption(text, option.declaration.form), forKey: OptionKey(option.name))
    }
  }
}
