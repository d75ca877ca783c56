public import PDEData

extension FieldSystem {
  /// What names and layout of a data set tell.
  ///
  /// Where the file does not say whether axes are periodic, PDEBench's file names and equations do.
  ///
  /// - Parameters:
  ///   - data: The data set.
  ///   - axes: The axes with the points that are used; all points unless given.
  ///   - isPeriodic: Whether all axes are periodic, where a person has said so.
  public init(_ data: any FieldDataSet, axes: [FieldAxis]? = nil, isPeriodic: Bool? = nil) {
    let equation = FieldEquation(data)
    let names = data.states.map { data.variables[$0].name }
    let inputs = data.constants.map { data.variables[$0].name }
    let vectors =
      data.layout == "The Well" ? Self.components(names + inputs, dimensions: data.dimensions) : [:]
    func character(_ name: String) -> VariableCharacter {
      vectors[name] ?? equation?.character(of: name) ?? VariableCharacter()
    }
    let known = equation.flatMap { Self.isPeriodic(data, $0) }
    let used = axes ?? data.axes
    self.init(
      variables: names, characters: names.map(character),
      axes: zip(used, data.axes).map { used, all in
        Axis(used, of: all, isPeriodic: isPeriodic ?? all.isPeriodic ?? known)
      },
      inputs: inputs, inputCharacters: inputs.map(character),
      gamma: equation == .compressibleFlow ? data.parameters["gamma"] ?? 5.0 / 3 : data.parameters["gamma"])
    self.equation = equation
    guard let equation else { return }
    symmetries = equation.symmetries(dimensions: self.axes.count).filter {
      // An input that is fixed in space would have to move along.
      ($0 != .boost || inputs.isEmpty) && obstacle(to: $0) == nil
    }
    conserved = equation.conserved.filter { obstacle(to: $0) == nil }
  }

  /// What PDEBench's file names and equations say of the ends.
  private static func isPeriodic(_ data: any FieldDataSet, _ equation: FieldEquation) -> Bool? {
    if equation.isAlwaysPeriodic { return true }
    return equation == .compressibleFlow ? data.isPeriodicByName : nil
  }

  /// The components of vectors and tensors among The Well's variables, where all are there.
  private static func components(_ names: [String], dimensions: Int) -> [String: VariableCharacter] {
    var found: [String: VariableCharacter] = [:]
    let letters = (0..<dimensions).map(Symmetry.letter)
    func add(_ stem: Substring, _ parts: [(suffix: String, kind: VariableCharacter.Kind)]) {
      guard parts.allSatisfy({ names.contains("\(stem)_\($0.suffix)") }) else { return }
      for part in parts {
        let isVelocity = stem == "velocity"
        if isVelocity, case .vector(let axis) = part.kind {
          found["\(stem)_\(part.suffix)"] = .velocity(axis: axis)
        } else {
          found["\(stem)_\(part.suffix)"] = VariableCharacter(part.kind)
        }
      }
    }
    let vector = letters.enumerated().map { ($1, VariableCharacter.Kind.vector(axis: $0)) }
    let tensor = letters.enumerated().flatMap { row, first in
      letters.enumerated().map { (first + $1, VariableCharacter.Kind.tensor(row, $0)) }
    }
    for name in names {
      for parts in [vector, tensor] where name.hasSuffix("_\(parts[0].0)") {
        add(name.dropLast(parts[0].0.count + 1), parts)
      }
    }
    return found
  }
}

extension FieldSystem.Axis {
  /// An axis with some of the points of another; it is periodic only where these are evenly spaced across its end.
  fileprivate init(_ used: FieldAxis, of all: FieldAxis, isPeriodic: Bool?) {
    let whole = Self(all.name, coordinates: all.coordinates)
    let part = Self(used.name, coordinates: used.coordinates)
    self = part
    self.isPeriodic = isPeriodic
    if isPeriodic == true, !all.hasPeriod(of: used) { self.isPeriodic = false }
    startsAtEnd = whole.startsAtEnd
    if let (first, last) = used.ends, let (start, end) = all.ends {
      isCentered = abs((first - start) - (end - last)) < 1e-3 * abs(whole.spacing)
      middle = (start + end) / 2
    }
  }

  private init(_ name: String, coordinates: [Double]) {
    let points = coordinates.count
    let (first, last) = (coordinates.first ?? 0, coordinates.last ?? 0)
    let spacing = points > 1 ? (last - first) / Double(points - 1) : 1
    // Domains begin at a multiple of their length, or of half of it: 0, −1, −π.
    let length = abs(spacing) * Double(points)
    let halves = 2 * first / length
    let startsAtEnd = abs(halves - halves.rounded()) < 0.1 / Double(points)
    self.init(
      name, points: points, length: length, isEven: coordinates.isEvenlySpaced() && spacing != 0,
      startsAtEnd: startsAtEnd,
      isDescending: spacing < 0)
  }
}

extension FieldAxis {
  /// The first and the last coordinate; nil without points.
  fileprivate var ends: (first: Double, last: Double)? {
    guard let first = coordinates.first, let last = coordinates.last else { return nil }
    return (first, last)
  }
}
