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
