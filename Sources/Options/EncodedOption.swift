/// An option's value as a number, a truth value, a text or an array of JSON.
public struct EncodedOption: Encodable, Sendable {
  /// The value's text.
  public let text: OptionText
  /// What the values of the option are.
  public let form: OptionForm

  /// A value.
  public init(_ text: OptionText, _ form: OptionForm) {
    self.text = text
    self.form = form
  }

  /// Writes the value; one that its form does not have as a text.
  public func encode(to encoder: any Encoder) throws {
    if case .list(let element) = form.required {
      var container = encoder.unkeyedContainer()
      for word in text.words { try container.encode(EncodedOption(.word(word), element)) }
      return
    }
    var container = encoder.singleValueContainer()
    switch form.required {
    case _ where text == .nothing: try container.encodeNil()
    case .wholeNumber, .span:
      if let number = Int(text) { return try container.encode(number) }
      if let number = UInt64(text) { return try container.encode(number) }
      try container.encode(text.description)
    case .number:
      guard let number = Double(text) else { return try container.encode(text.description) }
      try container.encode(number)
    case .truth:
      guard let truth = Bool(text) else { return try container.encode(text.description) }
      try container.encode(truth)
    case .text, .choice, .list, .optional: try container.encode(text.description)
    }
  }
}

/// A key of JSON that is an option's name, or made of it.
public struct OptionKey: CodingKey {
  /// The name.
  public let stringValue: String
  /// There is no number.
  public var intValue: Int? { nil }

  /// A key.
  public init(_ name: String) {
    stringValue = name
  }

  /// A key.
  public init?(stringValue: String) {
    self.init(stringValue)
  }

  /// There is none.
  public init?(intValue: Int) {
    return nil
  }
}
