/// The finite groups that reflections and exchanges of axes generate.
public enum SymmetryGroup {
  /// All elements of the group that a system's reflections and exchanges generate; the first is the identity.
  ///
  /// Two in one dimension, eight on a square, 48 in a cube; fewer where not all of them hold.
  ///
  /// - Parameters:
  ///   - system: The fields.
  ///   - symmetries: The symmetries to use; all that hold unless given. Others than reflections and exchanges are ignored.
  /// - Returns: The elements, always in the same order.
  public static func elements(of system: FieldSystem, symmetries: [Symmetry]? = nil) -> [SymmetryElement] {
    let dimensions = system.axes.count
    let generators = (symmetries ?? system.symmetries).filter { system.obstacle(to: $0) == nil }
      .compactMap { symmetry -> AxisMap? in
        switch symmetry {
        case .reflection(let axis): .reflection(axis, dimensions: dimensions)
        case .exchange(let first, let second): .exchange(first, second, dimensions: dimensions)
        case .translation, .boost, .scaling: nil
        }
      }
    var maps = [AxisMap.identity(dimensions: dimensions)]
    var place = 0
    while place < maps.count {
      for generator in generators {
        let next = generator.after(maps[place])
        if !maps.contains(next) { maps.append(next) }
      }
      place += 1
    }
    return maps.map { SymmetryElement($0, on: system) }
  }
}
