/// A kind of something that a configuration chooses by name (a model, a loss, an optimizer), with the options that it has of
/// its own.
///
/// A value is one choice of the options. Options of several kinds may share a name.
public protocol KindDescription: ConfigurationPart {
  /// The name of the kind, which a configuration chooses it by.
  static var name: String { get }

  /// The name in words, as in "Fourier neural operator".
  static var title: String { get }
}

extension KindDescription {
  /// No options.
  public static var options: [OptionDeclaration<Self>] { [] }

  /// Whether another value is of the same kind and has the same options.
  ///
  /// - Parameter other: A value of any kind.
  /// - Returns: Whether the two are equal.
  public func isEqual(to other: any KindDescription) -> Bool { (other as? Self) == self }
}

/// The choice among kinds, as a property that can be compared: `@ChosenKind var kind: any OptimizerDescription`.
@propertyWrapper public struct ChosenKind<Kind: Sendable>: Sendable, Equatable {
  /// The kind with its options.
  public var wrappedValue: Kind

  /// A choice; `Kind` is a protocol that refines ``KindDescription``.
  public init(wrappedValue: Kind) {
    self.wrappedValue = wrappedValue
  }

  /// Whether two choices are of the same kind and have the same options.
  public static func == (first: Self, second: Self) -> Bool {
    guard let kind = first.wrappedValue as? any KindDescription,
      let other = second.wrappedValue as? any KindDescription
    else { return false }
    return kind.isEqual(to: other)
  }
}
