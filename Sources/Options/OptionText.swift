/// What a file or a command line gives for an option, before the option has read it.
public enum OptionText: Sendable, Equatable {
  /// A word: `12`, `sigmoid`, `true`.
  case word(String)
  /// Several words.
  case list([String])
  /// Nothing, as in `unroll: null`.
  case nothing
  /// A nested structure, which no option has.
  case structure

  /// The words; none if there is nothing, or no words.
  public var words: [String] {
    switch self {
    case .word(let word): [word]
    case .list(let words): words
    case .nothing, .structure: []
    }
  }
}

extension OptionText: CustomStringConvertible {
  /// The words, with commas between them.
  public var description: String {
    switch self {
    case .word(let word): word
    case .list(let words): words.joined(separator: ",")
    case .nothing: "nothing"
    case .structure: "a mapping"
    }
  }
}
