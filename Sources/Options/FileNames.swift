/// The names of files that an option takes, one or several. No comma divides them: a name may have one.
public struct FileNames: OptionValue {
  /// The names.
  public var names: [String]

  /// Some names.
  public init(_ names: [String] = []) {
    self.names = names
  }

  /// Several values.
  public static var form: OptionForm { .list(of: .text) }

  /// Takes the words as they are.
  public init?(_ text: OptionText) {
    switch text {
    case .word(let word): names = word.isEmpty ? [] : [word]
    case .list(let words): names = words
    case .nothing: names = []
    case .structure: return nil
    }
    guard names.allSatisfy({ !$0.isEmpty }) else { return nil }
  }

  /// The names; a single one as a word.
  public var text: OptionText {
    switch names.count {
    case 0: .nothing
    case 1: .word(names[0])
    default: .list(names)
    }
  }
}
