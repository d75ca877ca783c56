public import SystemFiles

/// Everything about an option in one place: its name, the property that keeps its value, the values that it
/// may have, and its help.
///
/// ```swift
/// OptionDeclaration(
///   "learning-rate", \.learningRate, in: .positive, help: "The initial learning rate.")
/// ```
///
/// The option of a command, the key in a configuration file, the check of the range, the help, the schema and the page of
/// reference all come from here. The default is the property's.
public struct OptionDeclaration<Root: Sendable>: Sendable {
  /// The option's name, which is its key in a configuration file.
  public let name: String
  /// What the values are.
  public let form: OptionForm
  /// The numbers that the values may be made of.
  public let range: OptionRange?
  /// A sentence about what the option does.
  public let help: Message
  /// The default, in words.
  public let defaultWords: Message
  /// The default's text, `nothing` if there is no value by default.
  public let defaultText: OptionText
  /// The text of a value.
  public let example: OptionText
  /// The name of the option that this one is another way to set.
  public let alias: String?

  /// Writes a value that a text stands for.
  let assign: @Sendable (inout Root, OptionText) throws(OptionMistake) -> Void
  /// The text of the value that is kept.
  let read: @Sendable (Root) -> OptionText
  /// Checks the value that is kept.
  let check: @Sendable (Root) throws(OptionMistake) -> Void

  /// What a value must be, in words.
  public let expectation: String

  private init(
    name: String, form: OptionForm, range: OptionRange?, help: Message, defaultWords: Message,
    defaultText: OptionText, example: OptionText, alias: String?, expectation: String,
    assign: @escaping @Sendable (inout Root, OptionText) throws(OptionMistake) -> Void,
    read: @escaping @Sendable (Root) -> OptionText,
    check: @escaping @Sendable (Root) throws(OptionMistake) -> Void
  ) {
    self.name = name
    self.form = form
    self.range = range
    self.help = help
    self.defaultWords = defaultWords
    self.defaultText = defaultText
    self.example = example
    self.alias = alias
    self.expectation = expectation
    self.assign = assign
    self.read = read
    self.check = check
  }

  /// This option where its root is a part of something larger.
  ///
  /// - Parameters:
  ///   - get: The part; nil where there is none.
  ///   - set: Puts a part back.
  /// - Returns: The option of the whole. It changes nothing where the part is missing.
  public func lifted<Whole>(
    get: @escaping @Sendable (Whole) -> Root?, set: @escaping @Sendable (inout Whole, Root) -> Void
  ) -> OptionDeclaration<Whole> {
    OptionDeclaration<Whole>(
      name: name, form: form, range: range, help: help, defaultWords: defaultWords, defaultText: defaultText,
      example: example, alias: alias, expectation: expectation,
      assign: { (whole: inout Whole, text) throws(OptionMistake) in
        guard var part = get(whole) else { return }
        try assign(&part, text)
        set(&whole, part)
      },
      read: { get($0).map(read) ?? .nothing },
      check: { whole throws(OptionMistake) in if let part = get(whole) { try check(part) } })
  }

  /// Sets the value that a text stands for.
  ///
  /// - Parameters:
  ///   - text: What a file or a command line gives.
  ///   - root: What keeps the value.
  /// - Throws: ``OptionMistake`` if the text is not a value of the option. The range is not checked.
  public func set(_ text: OptionText, in root: inout Root) throws(OptionMistake) {
    try assign(&root, text)
  }

  /// The text of the value; `nothing` if there is none.
  public func text(in root: Root) -> OptionText { read(root) }

  /// Checks that the value is in the option's range.
  ///
  /// - Parameter root: What keeps the value.
  /// - Throws: ``OptionMistake`` if it is not.
  public func validate(_ root: Root) throws(OptionMistake) { try check(root) }
}

extension OptionDeclaration {
  /// An option with custom storage of its value.
  ///
  /// - Parameters:
  ///   - name: The option's name.
  ///   - form: What the values are.
  ///   - help: A sentence about what the option does.
  ///   - usual: The default.
  ///   - read: The text of the value that is kept.
  ///   - assign: Keeps the value that a text stands for; false if it stands for none.
  public init(
    _ name: String, form: OptionForm, help: Message, default usual: OptionText,
    read: @escaping @Sendable (Root) -> OptionText,
    assign: @escaping @Sendable (inout Root, OptionText) -> Bool
  ) {
    let words = form.words(example: usual)
    self.init(
      name: name, form: form, range: nil, help: help, defaultWords: Message(usual.description),
      defaultText: usual, example: usual, alias: nil, expectation: words,
      assign: { (root: inout Root, text) throws(OptionMistake) in
        guard assign(&root, text) else { throw OptionMistake(value: "'\(text)'", expected: words) }
      },
      read: read, check: { _ in })
  }
}

extension OptionDeclaration where Root: ConfigurationPart {
  /// An option whose value a property keeps.
  ///
  /// - Parameters:
  ///   - name: The option's name, in lower case with hyphens.
  ///   - path: The property. What it is in a new ``ConfigurationPart`` is the default.
  ///   - range: The numbers that the value may be made of.
  ///   - isFit: Tells of a value whether it may be used, beyond the range.
  ///   - expectation: What a value must be, in words that go after "must be"; nil to say it from the form and the range.
  ///   - help: A sentence about what the option does.
  ///   - defaultWords: The default in words, where the value does not speak for itself.
  ///   - example: A value to show; nil for the default.
  public init<Value: OptionValue>(
    _ name: String, _ path: any WritableKeyPath<Root, Value> & Sendable, in range: OptionRange? = nil,
    where isFit: @escaping @Sendable (Value) -> Bool = { _ in true }, expecting expectation: String? = nil,
    help: Message, default defaultWords: Message? = nil, example: Value? = nil
  ) {
    let usual = Root()[keyPath: path].text
    let example = example?.text ?? usual
    let words = expectation ?? Value.form.words(example: example)
    self.init(
      name: name, form: Value.form, range: range, help: help,
      defaultWords: defaultWords ?? Message(usual == .nothing ? "none" : usual.description),
      defaultText: usual,
      example: example, alias: nil, expectation: words,
      assign: { (root: inout Root, text) throws(OptionMistake) in
        guard let value = Value(text) else { throw OptionMistake(value: "'\(text)'", expected: words) }
        root[keyPath: path] = value
      },
      read: { $0[keyPath: path].text },
      check: { root throws(OptionMistake) in
        let value = root[keyPath: path]
        let complaint = range.flatMap { range in value.numbers.lazy.compactMap(range.complaint).first }
        guard complaint != nil || !isFit(value) else { return }
        // A number speaks for itself, other words are quoted.
        throw OptionMistake(
          value: expectation == nil && complaint != nil ? "\(value.text)" : "'\(value.text)'",
          expected: expectation ?? complaint ?? words)
      })
  }

  /// An option that is another way to set what a second option sets.
  ///
  /// - Parameters:
  ///   - name: The option's name.
  ///   - alias: The second option's name.
  ///   - range: The numbers that the value may be.
  ///   - expectation: What a value must be, in words that go after "must be".
  ///   - help: A sentence about what the option does.
  ///   - example: A value to show.
  ///   - assign: Sets the property that the second option keeps its value in; false if the value is of no use.
  public init<Value: OptionValue>(
    _ name: String, insteadOf alias: String, in range: OptionRange, expecting expectation: String,
    help: Message, example: Value, assign: @escaping @Sendable (inout Root, Value) -> Bool
  ) {
    self.init(
      name: name, form: .optional(Value.form), range: range, help: help,
      defaultWords: "as \(option: alias) says", defaultText: .nothing, example: example.text, alias: alias,
      expectation: expectation,
      assign: { (root: inout Root, text) throws(OptionMistake) in
        guard let value = Value(text), value.numbers.allSatisfy(range.contains), assign(&root, value) else {
          throw OptionMistake(value: "'\(text)'", expected: expectation)
        }
      },
      read: { _ in .nothing }, check: { _ in })
  }
}

/// A value that an option does not accept.
public struct OptionMistake: Error, Equatable {
  /// The value, as it is shown to people.
  public let value: String
  /// What it must be.
  public let expected: String
}
