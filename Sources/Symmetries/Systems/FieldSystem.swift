/// What is known of fields and their equations: how variables change, the axes, and which symmetries hold.
///
/// ```swift
/// let system = FieldSystem(file)
/// print(Symmetry.description(of: system.symmetries))
/// // reflection in x, translation, Galilean boosts, scaling of density and pressure
/// ```
///
/// The equations of PDEBench's layouts are known by name. Of other fields nothing is known but the components of vectors in
/// The Well's; ``declaring(symmetries:kinds:)`` says more.
public struct FieldSystem: Sendable, Equatable, Codable {
  /// An axis of space.
  public struct Axis: Sendable, Equatable, Codable {
    /// Its name: x, y or z.
    public var name: String
    /// The number of points.
    public var points: Int
    /// The length of the domain along it: as many times the distance between neighbors as there are points.
    public var length: Double
    /// Whether its ends are joined; nil if that is not known.
    public var isPeriodic: Bool?
    /// Whether the points are evenly spaced.
    public var isEven: Bool
    /// Whether the first point lies at the end of the domain, instead of half a cell inside of it.
    public var startsAtEnd: Bool
    /// Whether coordinates fall from point to point.
    public var isDescending: Bool {
      get { descends ?? false }
      set { descends = newValue ? true : nil }
    }
    /// Whether the points lie as far from one end of the domain as from the other, so that a reflection takes points to points.
    public var isCentered: Bool {
      get { !(isOffCenter ?? false) }
      set { isOffCenter = newValue ? nil : true }
    }
    /// The coordinate halfway between the ends of the domain; nil where that is not known.
    public var middle: Double?
    // nil for false: checkpoints of before do not say it.
    private var descends: Bool?
    private var isOffCenter: Bool?

    /// An axis of evenly spaced points.
    ///
    /// - Parameters:
    ///   - name: x, y or z.
    ///   - points: The number of points.
    ///   - length: The length of the domain.
    ///   - isPeriodic: Whether its ends are joined; nil if that is not known.
    ///   - isEven: Whether the points are evenly spaced.
    ///   - startsAtEnd: Whether the first point lies at the end of the domain.
    ///   - isDescending: Whether coordinates fall from point to point.
    ///   - isCentered: Whether the points lie as far from one end of the domain as from the other.
    public init(
      _ name: String, points: Int, length: Double, isPeriodic: Bool? = nil, isEven: Bool = true,
      startsAtEnd: Bool = false, isDescending: Bool = false, isCentered: Bool = true
    ) {
      self.name = name
      self.points = points
      self.length = length
      self.isPeriodic = isPeriodic
      self.isEven = isEven
      self.startsAtEnd = startsAtEnd
      self.isDescending = isDescending
      self.isCentered = isCentered
    }

    /// The way from a point to the next; negative where coordinates fall.
    public var spacing: Double { (isDescending ? -length : length) / Double(points) }
  }

  /// The names of the variables that change, in the order of the channels.
  public var variables: [String]
  /// How each of them changes.
  public var characters: [VariableCharacter]
  /// The names of the inputs, which do not change in time.
  public var inputs: [String]
  /// How each of them changes.
  public var inputCharacters: [VariableCharacter]
  /// The axes of space.
  public var axes: [Axis]
  /// The equation, where it is known.
  public var equation: FieldEquation?
  /// The symmetries that hold.
  public var symmetries: [Symmetry]
  /// What is conserved, as far as the equation says so.
  public var conserved: [ConservedQuantity]
  /// The ratio of specific heats, which the energy of a gas depends on; nil if it is not known.
  public var gamma: Double?

  /// A system of which all is said.
  ///
  /// - Parameters:
  ///   - variables: The names of the variables.
  ///   - characters: How each of them changes.
  ///   - axes: The axes of space.
  ///   - inputs: The names of the inputs.
  ///   - inputCharacters: How each of them changes; scalars unless said.
  ///   - gamma: The ratio of specific heats.
  /// - Precondition: There is a character for each variable and input.
  public init(
    variables: [String], characters: [VariableCharacter], axes: [Axis], inputs: [String] = [],
    inputCharacters: [VariableCharacter]? = nil, gamma: Double? = nil
  ) {
    let inputCharacters = inputCharacters ?? inputs.map { _ in VariableCharacter() }
    precondition(
      variables.count == characters.count && inputs.count == inputCharacters.count,
      "a system says how each of its variables \(variables + inputs) changes")
    self.variables = variables
    self.characters = characters
    self.inputs = inputs
    self.inputCharacters = inputCharacters
    self.axes = axes
    self.gamma = gamma
    symmetries = []
    conserved = []
  }

  /// The number of points along each axis.
  public var shape: [Int] { axes.map(\.points) }

  /// Whether all axes are known to be periodic, with evenly spaced points.
  public var isPeriodic: Bool { axes.allSatisfy { $0.isPeriodic == true && $0.isEven } }

  /// The place of the variable that is a quantity; nil if none is.
  public func place(of quantity: VariableCharacter.Quantity) -> Int? {
    characters.firstIndex { $0.quantity == quantity }
  }

  /// The places of the velocity's components, one for each axis; nil if one of them is missing.
  public var velocityPlaces: [Int]? {
    let places = axes.indices.compactMap { place(of: .velocity(axis: $0)) }
    return places.count == axes.count ? places : nil
  }

  /// The system with these symmetries alone.
  ///
  /// - Parameter symmetries: What is said to hold.
  /// - Returns: The system.
  /// - Throws: ``SymmetryError/noSymmetry(_:reason:)`` where grid or variables do not have one of them.
  public func with(_ symmetries: [Symmetry]) throws(SymmetryError) -> FieldSystem {
    for symmetry in symmetries { try check(symmetry) }
    var system = self
    system.symmetries = symmetries
    return system
  }

  /// The symmetries that are meant, of those that hold.
  ///
  /// - Parameter choice: Which of them.
  /// - Returns: The symmetries.
  /// - Throws: ``SymmetryError/noSymmetry(_:reason:)`` where one does not hold.
  public func symmetries(_ choice: SymmetryChoice) throws(SymmetryError) -> [Symmetry] {
    let chosen = choice.resolved(symmetries)
    for symmetry in chosen {
      try check(symmetry)
      guard symmetries.contains(symmetry) else {
        throw .noSymmetry(symmetry, reason: "nothing says that their equations have it")
      }
    }
    return chosen
  }
}
