/// A product of reflections and exchanges of axes: x′ₐ = ±x_π(a).
public struct AxisMap: Sendable, Hashable, Codable {
  /// π: the old axis that each new axis is.
  public let sources: [Int]
  /// Whether the new axis runs against the old one.
  public let isReflected: [Bool]

  /// A map.
  ///
  /// - Parameters:
  ///   - sources: The old axis that each new axis is.
  ///   - isReflected: Whether the new axis runs against the old one.
  /// - Precondition: Each axis is named once.
  public init(sources: [Int], isReflected: [Bool]) {
    precondition(
      sources.sorted() == Array(sources.indices) && isReflected.count == sources.count,
      "\(sources) does not name every axis once, with a sign for each")
    self.sources = sources
    self.isReflected = isReflected
  }

  /// The map that leaves everything in its place.
  public static func identity(dimensions: Int) -> AxisMap {
    AxisMap(sources: Array(0..<dimensions), isReflected: Array(repeating: false, count: dimensions))
  }

  /// The mirror image along an axis.
  public static func reflection(_ axis: Int, dimensions: Int) -> AxisMap {
    AxisMap(sources: Array(0..<dimensions), isReflected: (0..<dimensions).map { $0 == axis })
  }

  /// Two axes in each other's place.
  public static func exchange(_ first: Int, _ second: Int, dimensions: Int) -> AxisMap {
    var sources = Array(0..<dimensions)
    sources.swapAt(first, second)
    return AxisMap(sources: sources, isReflected: Array(repeating: false, count: dimensions))
  }

  /// The map that undoes this one.
  public var inverse: AxisMap {
    var (sources, isReflected) = (self.sources, self.isReflected)
    for (axis, source) in self.sources.enumerated() {
      sources[source] = axis
      isReflected[source] = self.isReflected[axis]
    }
    return AxisMap(sources: sources, isReflected: isReflected)
  }

  /// The map that does another one first, then this one.
  public func after(_ other: AxisMap) -> AxisMap {
    AxisMap(
      sources: sources.map { other.sources[$0] },
      isReflected: zip(sources, isReflected).map { other.isReflected[$0] != $1 })
  }

  /// −1 for a mirror image, +1 for a turn.
  public var determinant: Int {
    var sign = isReflected.count(where: { $0 }).isMultiple(of: 2) ? 1 : -1
    for (axis, source) in sources.enumerated() {
      for later in sources[axis...] where later < source { sign = -sign }
    }
    return sign
  }

  /// Where a variable's new values come from, and with which sign: a component along an axis is, up to a sign, the old
  /// component along another one; nil if there is no such variable.
  ///
  /// The first vector's components belong together, the second's, and so on; those of the velocity among themselves.
  func source(of place: Int, among characters: [VariableCharacter]) -> (place: Int, sign: Float)? {
    let kind = characters[place].kind
    let wanted: VariableCharacter.Kind
    let sign: Bool
    switch kind {
    case .scalar: return (place, 1)
    case .pseudoscalar: return (place, Float(determinant))
    case .vector(let axis):
      guard sources.indices.contains(axis) else { return (place, 1) }
      wanted = .vector(axis: sources[axis])
      sign = isReflected[axis]
    case .tensor(let first, let second):
      guard sources.indices.contains(first), sources.indices.contains(second) else { return (place, 1) }
      wanted = .tensor(sources[first], sources[second])
      sign = isReflected[first] != isReflected[second]
    }
    func isLike(_ other: VariableCharacter, _ kind: VariableCharacter.Kind) -> Bool {
      other.kind == kind && other.isVelocity == characters[place].isVelocity
    }
    let ordinal = characters[..<place].count { isLike($0, kind) }
    let candidates = characters.indices.filter { isLike(characters[$0], wanted) }
    return candidates.indices.contains(ordinal) ? (candidates[ordinal], sign ? -1 : 1) : nil
  }
}

extension VariableCharacter {
  fileprivate var isVelocity: Bool { if case .velocity = quantity { true } else { false } }
}

extension AxisMap: CustomStringConvertible {
  /// The new axes by the old ones, such as "(−y, x)".
  public var description: String {
    "(" + zip(sources, isReflected).map { ($1 ? "−" : "") + Symmetry.letter($0) }.joined(separator: ", ")
      + ")"
  }
}
