import PDEData
import Symmetries

extension FieldSystem {
  /// What is known of the fields that a loader reads: from their names and layout, and from what a configuration declares.
  init(_ asked: FormulationConfiguration, _ loader: BatchLoader) throws(SymmetryError) {
    let known = FieldSystem(
      loader.dataSet, axes: loader.axes, isPeriodic: asked.periodic == .yes ? true : nil)
    self = try known.declaring(
      symmetries: asked.symmetries, kinds: asked.variableKinds.joined(separator: ","))
  }
}

extension CanonicalForm {
  /// The canonical form that is asked for; nil for none.
  init?(_ asked: KnownChoice<CanonicalPart>, for system: FieldSystem) throws(SymmetryError) {
    let parts: Set<CanonicalPart> =
      switch asked {
      case .none: []
      case .list(let parts): Set(parts)
      case .auto: system.canonicalParts
      }
    if parts.isEmpty { return nil }
    try self.init(
      for: system, galilean: parts.contains(.galilean), logarithms: parts.contains(.logarithms),
      scales: parts.contains(.scales))
  }
}

extension Conservation {
  /// The conservation that is asked for; nil for none.
  init?(_ asked: KnownChoice<ConservedQuantity>, for system: FieldSystem) throws(SymmetryError) {
    let quantities: [ConservedQuantity] =
      switch asked {
      case .none: []
      case .list(let quantities): quantities
      case .auto: system.conserved
      }
    if quantities.isEmpty { return nil }
    try self.init(quantities, for: system)
  }
}

extension FieldSystem {
  /// The parts of the canonical form that the known symmetries allow.
  var canonicalParts: Set<CanonicalPart> {
    var parts: Set<CanonicalPart> = []
    if symmetries.contains(.boost) { parts.insert(.galilean) }
    if symmetries.contains(.scaling) { parts.insert(.scales) }
    if characters.contains(where: \.isPositive) { parts.insert(.logarithms) }
    return parts
  }
}

extension Augmentation {
  /// The transforms that are asked for; nil for none. Of themselves only reflections and exchanges are used, as the canonical
  /// form takes care of the others.
  init?(_ asked: SymmetryChoice, of system: FieldSystem) throws(SymmetryError) {
    let symmetries =
      switch asked {
      case .none: [Symmetry]()
      case .list(let symmetries): symmetries
      case .auto:
        system.symmetries.filter { symmetry in
          switch symmetry {
          case .reflection, .exchange: true
          case .translation, .boost, .scaling: false
          }
        }
      }
    for symmetry in symmetries { try system.check(symmetry) }
    if symmetries.isEmpty { return nil }
    self.init(system, symmetries)
  }
}
