/// A type of option values: how it is read from text, and written.
public protocol OptionValue: Sendable, Equatable {
  /// What the values are.
  static var form: OptionForm { get }

  /// Reads a value; nil if the text is none.
  init?(_ text: OptionText)

  /// The text that reads as this value.
  var text: OptionText { get }

  /// The numbers that the value is made of, which a range can hold.
  var numbers: [Double] { get }
}

extension OptionValue {
  /// No numbers.
  public var numbers: [Double] { [] }
}

/// The type of an option's values.
public indirect enum OptionForm: Sendable, Equatable {
  /// Whole numbers.
  case wholeNumber
  /// Whole numbers, or two of them that something goes through, such as 2..8.
  case span
  /// Numbers.
  case number
  /// True or false.
  case truth
  /// Any text, such as a file's name.
  case text
  /// One of some words.
  case choice([String])
  /// Several values; on a command line with commas between them. A single one stands for a list of one.
  case list(of: OptionForm)
  /// A value, or none.
  case optional(OptionForm)

  /// The form without the possibility that there is no value.
  public var required: OptionForm {
    if case .optional(let form) = self { form.required } else { self }
  }

  /// The words that a value, or one of a list, can be; nil if any can.
  public var choices: [String]? {
    switch self {
    case .choice(let words): words
    case .list(let form), .optional(let form): form.choices
    case .wholeNumber, .span, .number, .truth, .text: nil
    }
  }

  /// What the values are, in words.
  ///
  /// - Parameter example: A value.
  /// - Returns: Words that go after "must be".
  public func words(example: OptionText) -> String {
    switch self {
    case .wholeNumber: "a whole number like \(example)"
    case .span: "a whole number like \(example), or two like 2..8"
    case .number: "a number like \(example)"
    case .truth: "true or false"
    case .text: "a text like \(example)"
    case .choice(let words): words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
    case .list(.choice(let words)): "some of " + OptionForm.choice(words).words(example: example)
    case .list: "one or more values like \(example)"
    case .optional(let form): form.words(example: example)
    }
  }
}

// MARK: Numbers and text

extension Int: OptionValue {
  /// A whole number.
  public static var form: OptionForm { .wholeNumber }

  /// Reads digits, with a sign or not.
  public init?(_ text: OptionText) {
    guard case .word(let word) = text, let number = Int(word) else { return nil }
    self = number
  }

  /// The digits.
  public var text: OptionText { .word("\(self)") }

  /// The number.
  public var numbers: [Double] { [Double(self)] }
}

extension UInt64: OptionValue {
  /// A whole number.
  public static var form: OptionForm { .wholeNumber }

  /// Reads digits.
  public init?(_ text: OptionText) {
    guard case .word(let word) = text, let number = UInt64(word) else { return nil }
    self = number
  }

  /// The digits.
  public var text: OptionText { .word("\(self)") }

  /// The number.
  public var numbers: [Double] { [Double(self)] }
}

extension Double: OptionValue {
  /// A number.
  public static var form: OptionForm { .number }

  /// Reads a number such as `0.001` or `1e-3`.
  public init?(_ text: OptionText) {
    guard case .word(let word) = text, let number = Double(word) else { return nil }
    self = number
  }

  /// The shortest digits that read as the same number.
  public var text: OptionText { .word(self == rounded() && magnitude < 1e15 ? "\(Int(self))" : "\(self)") }

  /// The number.
  public var numbers: [Double] { [self] }
}

extension Bool: OptionValue {
  /// True or false.
  public static var form: OptionForm { .truth }

  /// Reads `true`, `yes` and `on`, or `false`, `no` and `off`.
  public init?(_ text: OptionText) {
    guard case .word(let word) = text else { return nil }
    switch word.lowercased() {
    case "true", "yes", "on": self = true
    case "false", "no", "off": self = false
    default: return nil
    }
  }

  /// `true` or `false`.
  public var text: OptionText { .word("\(self)") }
}

extension String: OptionValue {
  /// Any text.
  public static var form: OptionForm { .text }

  /// Takes the text as it is.
  public init?(_ text: OptionText) {
    guard case .word(let word) = text else { return nil }
    self = word
  }

  /// The text.
  public var text: OptionText { .word(self) }
}

// MARK: Choices, lists and values that may be missing

/// An option's value from a fixed set of words.
public protocol OptionChoice: OptionValue, CaseIterable, RawRepresentable<String> {}

extension OptionChoice {
  /// One of the words.
  public static var form: OptionForm { .choice(allCases.map(\.rawValue)) }

  /// Reads one of the words.
  public init?(_ text: OptionText) {
    guard case .word(let word) = text else { return nil }
    self.init(rawValue: word)
  }

  /// The word.
  public var text: OptionText { .word(rawValue) }
}

extension Array: OptionValue where Element: OptionValue {
  /// Several values.
  public static var form: OptionForm { .list(of: Element.form) }

  /// Reads the values, or the parts of a word that commas separate.
  public init?(_ text: OptionText) {
    let words: [String]
    switch text {
    case .word(let word): words = word.split(separator: ",").map(String.init)
    case .list(let list): words = list
    case .nothing, .structure: return nil
    }
    self = []
    for word in words {
      guard let element = Element(.word(word)) else { return nil }
      append(element)
    }
  }

  /// The values' texts.
  public var text: OptionText { .list(flatMap(\.text.words)) }

  /// The values' numbers.
  public var numbers: [Double] { flatMap(\.numbers) }
}

extension Optional: OptionValue where Wrapped: OptionValue {
  /// A value, or none.
  public static var form: OptionForm { .optional(Wrapped.form) }

  /// Reads a value, or nothing as no value.
  public init?(_ text: OptionText) {
    if text == .nothing {
      self = Wrapped?.none
      return
    }
    guard let value = Wrapped(text) else { return nil }
    self = value
  }

  /// The value's text.
  public var text: OptionText { map(\.text) ?? .nothing }

  /// The value's numbers.
  public var numbers: [Double] { map(\.numbers) ?? [] }
}
