public import TensorCore

/// The canonical form of a sample: what is left of it when its motion as a whole and its units are taken away.
///
/// With means over the points of one reference frame of the sample, at time 0, and
///
/// ```
/// U = mean(ρV)/mean(ρ)      ρ̄ = mean(ρ)      p̄ = mean(p)
/// ```
///
/// a frame at time t becomes, by the parts that are chosen,
///
/// ```
/// galilean      V ← V − U,  f(x) ← f(x + U·t) for every variable f
/// scales        ρ ← ρ/ρ̄,  p ← p/p̄,  V ← V/√(p̄/ρ̄)
/// logarithms    f ← log f for every positive variable f
/// ```
///
/// in this order. The Galilean frame is exact on a periodic domain, where U stays what it is. Scales are those of the sample;
/// at a given viscosity and time between frames the speed of sound is not one that can be chosen freely, so the number
/// log(p̄/ρ̄) is left over, as an input of its own (``SampleReference/numbers``).
///
/// ```swift
/// let form = try CanonicalForm(for: FieldSystem(file))
/// let reference = form.reference(of: lastGivenFrame)
/// let input = form.encode(lastGivenFrame, time: 0, reference)
/// let prediction = form.decode(model(input), time: 0.05, reference)
/// ```
public struct CanonicalForm: Sendable, Equatable {
  /// The fields.
  public let system: FieldSystem
  /// Whether samples are seen in the frame of reference in which they rest as a whole.
  public let galilean: Bool
  /// Whether positive variables are given by their logarithms.
  public let logarithms: Bool
  /// Whether density, pressure and velocity are in units of the sample.
  public let scales: Bool

  /// A canonical form of some parts.
  ///
  /// - Parameters:
  ///   - system: The fields.
  ///   - galilean: Whether to see samples in the frame of reference in which they rest as a whole.
  ///   - logarithms: Whether to give positive variables by their logarithms.
  ///   - scales: Whether to give density, pressure and velocity in units of the sample.
  /// - Throws: ``SymmetryError/noCanonicalForm(_:reason:)`` where the fields do not have a part.
  public init(
    for system: FieldSystem, galilean: Bool, logarithms: Bool, scales: Bool
  ) throws(SymmetryError) {
    for (part, isChosen) in [
      (CanonicalPart.galilean, galilean), (.logarithms, logarithms), (.scales, scales),
    ] {
      if isChosen, let reason = Self.obstacle(to: part, of: system) {
        throw .noCanonicalForm(part, reason: reason)
      }
    }
    self.system = system
    self.galilean = galilean
    self.logarithms = logarithms
    self.scales = scales
  }

  /// A canonical form of some parts.
  ///
  /// - Parameters:
  ///   - system: The fields.
  ///   - parts: The parts.
  /// - Throws: ``SymmetryError/noCanonicalForm(_:reason:)`` where the fields do not have a part.
  public init(for system: FieldSystem, parts: [CanonicalPart]) throws(SymmetryError) {
    try self.init(for: system, .list(parts))
  }

  /// A canonical form of the parts that are meant.
  ///
  /// - Parameters:
  ///   - system: The fields.
  ///   - choice: Which parts, of those that the fields have.
  /// - Throws: ``SymmetryError/noCanonicalForm(_:reason:)`` where the fields do not have a part.
  public init(for system: FieldSystem, _ choice: KnownChoice<CanonicalPart> = .auto) throws(SymmetryError) {
    let parts = choice.resolved(Self.parts(of: system))
    try self.init(
      for: system, galilean: parts.contains(.galilean), logarithms: parts.contains(.logarithms),
      scales: parts.contains(.scales))
  }

  /// The parts that fields have.
  ///
  /// - Parameter system: The fields.
  /// - Returns: The parts.
  public static func parts(of system: FieldSystem) -> [CanonicalPart] {
    CanonicalPart.allCases.filter { obstacle(to: $0, of: system) == nil }
  }

  private static func obstacle(to part: CanonicalPart, of system: FieldSystem) -> Obstacle? {
    func obstacle(_ symmetry: Symmetry) -> Obstacle? {
      system.obstacle(to: symmetry)
        ?? (system.symmetries.contains(symmetry)
          ? nil : "'\(symmetry.word)' is not known to be a symmetry of them")
    }
    switch part {
    case .galilean: return obstacle(.boost)
    case .scales: return obstacle(.scaling)
    case .logarithms:
      return system.characters.contains(where: \.isPositive) ? nil : "no variable is known to be positive"
    }
  }

  /// The parts that are chosen.
  public var parts: [CanonicalPart] {
    CanonicalPart.allCases.filter { part in
      switch part {
      case .galilean: galilean
      case .scales: scales
      case .logarithms: logarithms
      }
    }
  }

  /// Whether it changes nothing.
  public var isIdentity: Bool { parts.isEmpty }

  /// The number of dimensionless numbers of each sample that a model should see.
  public var extraInputs: Int { scales ? 1 : 0 }

  /// What one frame says of each sample: mean velocity and scales.
  ///
  /// - Parameter frame: `[samples, variables, x(, y(, z))]`, in physical units.
  /// - Returns: A reference for each sample.
  /// - Precondition: The frame has the system's variables and points.
  public func reference(of frame: Tensor) -> SampleReference {
    let (samples, variables) = (frame.shape[0], system.variables.count)
    checkShape(frame, items: samples)
    let density = system.place(of: .density)
    let pressure = scales ? system.place(of: .pressure) : nil
    let velocity = galilean ? system.velocityPlaces : nil
    let points = system.shape.reduce(1, *)
    func mean(_ sample: Int, _ place: Int?, times other: Int? = nil) -> Double {
      guard let place else { return 1 }
      let first = frame.storage.base + (sample * variables + place) * points
      var sum = 0.0
      if let other {
        let second = frame.storage.base + (sample * variables + other) * points
        for point in 0..<points { sum += Double(first[point]) * Double(second[point]) }
      } else {
        for point in 0..<points { sum += Double(first[point]) }
      }
      return sum / Double(points)
    }
    let means = (0..<samples).map { sample in
      (density: mean(sample, density), pressure: mean(sample, pressure))
    }
    return SampleReference(
      velocities: (0..<samples).map { sample in
        guard let velocity else { return system.axes.map { _ in 0 } }
        return velocity.map { mean(sample, $0, times: density) / means[sample].density }
      },
      density: means.map { scales ? $0.density : 1 }, pressure: means.map(\.pressure),
      numbers: means.map { scales ? [($0.pressure / $0.density).logarithm] : [] })
  }

  /// Traps on fields of another shape.
  func checkShape(_ fields: Tensor, items: Int) {
    let trailing = [system.variables.count] + system.shape
    precondition(
      fields.shape.suffix(trailing.count) == trailing[...]
        && fields.shape.dropLast(trailing.count).reduce(1, *) == items,
      "fields of shape \(fields.shape), expected \(items) times \(trailing)")
  }
}
