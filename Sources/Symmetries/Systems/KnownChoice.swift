public import Options

/// Which of several things are meant: those that are known to hold, none, or some.
public enum KnownChoice<Element: OptionValue>: Sendable, Equatable {
  /// Those that are known to hold.
  case auto
  /// None.
  case none
  /// These.
  case list([Element])

  /// What is meant.
  ///
  /// - Parameter known: What is known to hold.
  /// - Returns: The things.
  public func resolved(_ known: [Element]) -> [Element] {
    switch self {
    case .auto: known
    case .none: []
    case .list(let list): list
    }
  }
}

extension KnownChoice: OptionValue {
  /// `auto`, `none`, or some of the words.
  public static var form: OptionForm { .list(of: .choice(["auto", "none"] + (Element.form.choices ?? []))) }

  /// Reads the words; an empty list, which earlier versions wrote, as none.
  public init?(_ text: OptionText) {
    if text == .list([]) {
      self = .none
      return
    }
    switch [String](text) {
    case nil, []: return nil
    case ["auto"]: self = .auto
    case ["none"]: self = .none
    default:
      guard let list = [Element](text) else { return nil }
      self = .list(list)
    }
  }

  /// The words.
  public var text: OptionText {
    switch self {
    case .auto: .list(["auto"])
    case .none: .list(["none"])
    case .list(let list): list.text
    }
  }
}

/// Which symmetries are meant.
public typealias SymmetryChoice = KnownChoice<Symmetry>
