/// The kinds that a configuration can choose among, in the order in which they are offered.
///
/// `Kind` is the type of their types, as in `KindRegistry<any OptimizerDescription.Type>`.
public struct KindRegistry<Kind: Sendable>: Sendable {
  /// The kinds. The first is the default of most configurations.
  public let descriptions: [Kind]

  /// A registry of some kinds.
  ///
  /// - Parameter descriptions: The kinds; no two have the same name.
  public init(_ descriptions: [Kind]) {
    self.descriptions = descriptions
  }

  /// This registry with more kinds.
  ///
  /// - Parameter more: The kinds, with names that none has yet.
  /// - Returns: A registry of all.
  public func adding(_ more: Kind...) -> KindRegistry { KindRegistry(descriptions + more) }

  /// The kinds as what all kinds are.
  public var types: [any KindDescription.Type] {
    descriptions.compactMap { $0 as? any KindDescription.Type }
  }

  /// The names of the kinds.
  public var names: [String] { types.map { $0.name } }

  /// A kind by its name; nil if there is none of that name.
  public subscript(name: String) -> Kind? {
    descriptions.first { ($0 as? any KindDescription.Type)?.name == name }
  }
}
