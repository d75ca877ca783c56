public import Options

/// Which parts of something are wanted: all that hold, none, or some.
public enum PartsChoice<Part: RawRepresentable<String> & CaseIterable & Sendable & Hashable>: Sendable, Equatable {
  /// All that hold for the data.
  case auto
  /// None.
  case none
  /// These.
  case list([Part])
}

extension PartsChoice: OptionValue {
  /// `auto`, `none`, or some of the parts' words.
  public static var form: OptionForm { .list(of: .choice(["auto", "none"] + Part.allCases.map(\.rawValue))) }

  /// Reads the words.
  public init?(_ text: OptionText) {
    guard let words = [String](text) else { return nil }
    switch words {
    case ["auto"]: self = .auto
    case ["none"]: self = .none
    default:
      let parts = words.compactMap { Part(rawValue: $0) }
      guard parts.count == words.count, !words.isEmpty else { return nil }
      self = .list(parts)
    }
  }

  /// The words.
  public var text: OptionText {
    switch self {
    case .auto: .list(["auto"])
    case .none: .list(["none"])
    case .list(let parts): .list(parts.map(\.rawValue))
    }
  }
}
