extension FieldSystem {
  /// Refuses a symmetry that the grid or the variables do not have, whatever the equation.
  ///
  /// - Parameter symmetry: The symmetry.
  /// - Throws: ``SymmetryError/noSymmetry(_:reason:)`` with the reason.
  public func check(_ symmetry: Symmetry) throws(SymmetryError) {
    if let reason = obstacle(to: symmetry) { throw .noSymmetry(symmetry, reason: reason) }
  }

  /// Why the grid or the variables do not have a symmetry; nil if they have.
  func obstacle(to symmetry: Symmetry) -> Obstacle? {
    switch symmetry {
    case .reflection(let axis):
      if let missing = missing([axis]) { return missing }
      if !axes[axis].isEven { return uneven(axis) }
      // Where the ends are joined, any point may be the middle.
      return axes[axis].isPeriodic == true || axes[axis].isCentered
        ? nil
        : Obstacle(
          "the points used along \(axes[axis].name) lie nearer to one end than to the other",
          isOfUnknownEnds: axes[axis].isPeriodic == nil)
    case .exchange(let first, let second):
      return missing([first, second]) ?? obstacleToExchange(first, second)
    case .translation:
      if let uneven = axes.indices.first(where: { axes[$0].isPeriodic == true && !axes[$0].isEven }) {
        return self.uneven(uneven)
      }
      return axes.contains { $0.isPeriodic == true }
        ? nil : Obstacle("no axis is known to be periodic", isOfUnknownEnds: mayBePeriodic)
    case .boost:
      return obstacleToMotion ?? obstacleToVelocity
    case .scaling:
      let missing = [VariableCharacter.Quantity.density, .pressure].filter { place(of: $0) == nil }
      return missing.isEmpty
        ? nil : "no variable is known to be the \(Symmetry.list(missing.map(Self.name)))"
    }
  }

  private static func name(_ quantity: VariableCharacter.Quantity) -> String {
    switch quantity {
    case .density: "density"
    case .pressure: "pressure"
    case .velocity(let axis): "velocity along \(Symmetry.letter(axis))"
    case .conserved: "conserved scalar"
    }
  }

  /// Whether no axis is known to have ends.
  private var mayBePeriodic: Bool { !axes.contains { $0.isPeriodic == false } }

  private func missing(_ named: [Int]) -> Obstacle? {
    named.first { !axes.indices.contains($0) }.map {
      "the fields have \(axes.count == 1 ? "one axis" : "\(axes.count) axes") and no \(Symmetry.letter($0))"
    }
  }

  private func uneven(_ axis: Int) -> Obstacle {
    "the points along \(axes[axis].name) are not evenly spaced"
  }

  private func obstacleToExchange(_ first: Int, _ second: Int) -> Obstacle? {
    let (a, b) = (axes[first], axes[second])
    if first == second { return "an axis cannot take its own place" }
    if !a.isEven { return uneven(first) }
    if !b.isEven { return uneven(second) }
    if a.points != b.points {
      return "there are \(a.points) points along \(a.name) and \(b.points) along \(b.name)"
    }
    if abs(a.length - b.length) > 1e-4 * a.length {
      return "the domain has the length \(a.length) along \(a.name) and \(b.length) along \(b.name)"
    }
    if a.isDescending != b.isDescending {
      let (rising, falling) = a.isDescending ? (b, a) : (a, b)
      return "coordinates rise along \(rising.name) and fall along \(falling.name)"
    }
    if a.isPeriodic != b.isPeriodic {
      return Obstacle(
        "\(a.name) and \(b.name) differ in whether they are periodic", isOfUnknownEnds: mayBePeriodic)
    }
    let lonely = AxisMap.exchange(first, second, dimensions: axes.count)
    if let variable = variables.indices.first(where: { lonely.source(of: $0, among: characters) == nil }) {
      return "'\(variables[variable])' is a component whose counterpart is not there"
    }
    if let input = inputs.indices.first(where: { lonely.source(of: $0, among: inputCharacters) == nil }) {
      return "'\(inputs[input])' is a component whose counterpart is not there"
    }
    return nil
  }

  /// Why fields cannot move along every axis; nil if they can.
  var obstacleToMotion: Obstacle? {
    guard let axis = axes.indices.first(where: { axes[$0].isPeriodic != true || !axes[$0].isEven }) else {
      return nil
    }
    switch axes[axis].isPeriodic {
    case true: return uneven(axis)
    case false: return "\(axes[axis].name) is not periodic"
    case nil:
      return Obstacle(
        "it is not known whether \(axes[axis].name) is periodic", isOfUnknownEnds: mayBePeriodic)
    }
  }

  private var obstacleToVelocity: Obstacle? {
    let missing = axes.indices.filter { place(of: .velocity(axis: $0)) == nil }
    return missing.isEmpty ? nil : "no variable is known to be the \(Self.name(.velocity(axis: missing[0])))"
  }

  /// Refuses a quantity that is not conserved, as far as the grid and the variables say so.
  ///
  /// - Parameter quantity: The quantity.
  /// - Throws: ``SymmetryError/notConserved(_:reason:)`` with the reason.
  public func check(_ quantity: ConservedQuantity) throws(SymmetryError) {
    if let reason = obstacle(to: quantity) { throw .notConserved(quantity, reason: reason) }
  }

  /// Why a quantity is not conserved; nil if it may be.
  func obstacle(to quantity: ConservedQuantity) -> Obstacle? {
    if let obstacle = obstacleToMotion {
      return Obstacle(
        "\(obstacle.reason), so that it may leave and enter", isOfUnknownEnds: obstacle.isOfUnknownEnds)
    }
    switch quantity {
    case .mass:
      return place(of: .density) ?? place(of: .conserved) == nil
        ? "no variable is known to be the density or a conserved scalar" : nil
    case .momentum: return obstacleToVelocity
    case .energy:
      if let obstacle = obstacle(to: .scaling) ?? obstacleToVelocity { return obstacle }
      guard let gamma else { return "the ratio of specific heats is not known" }
      return gamma > 1 ? nil : "the ratio of specific heats is \(gamma), and energy needs one above 1"
    }
  }
}
