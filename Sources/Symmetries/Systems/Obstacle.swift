/// Why fields or their grid do not have a symmetry, a canonical form or a conserved quantity.
public struct Obstacle: Sendable, Equatable {
  /// The reason, a clause.
  public let reason: String
  /// Whether it is only not known that the domain is periodic.
  let isOfUnknownEnds: Bool

  init(_ reason: String, isOfUnknownEnds: Bool = false) {
    self.reason = reason
    self.isOfUnknownEnds = isOfUnknownEnds
  }
}

extension Obstacle: ExpressibleByStringInterpolation {
  /// A reason that has nothing to do with ends that are not known.
  public init(stringLiteral reason: String) {
    self.init(reason)
  }
}

extension Obstacle: CustomStringConvertible {
  /// The reason.
  public var description: String { reason }
}
