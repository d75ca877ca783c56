public import Autodiff
public import TensorCore

/// A product of reflections and exchanges of axes, as it acts on the fields of one system.
///
/// ```
/// f′(x′) = f(x)      V′ₐ(x′) = ±V_π(a)(x)      x′ₐ = ±x_π(a)
/// ```
///
/// Values are moved and change their sign, so nothing is rounded. Points are mirrored into points: i ↦ n − 1 − i where they are
/// the centers of cells, and i ↦ (n − i) mod n on a periodic axis whose first point lies at the end of the domain.
public struct SymmetryElement: Sendable {
  /// What becomes of the axes.
  public let map: AxisMap
  let system: FieldSystem
  let points: PointMap
  /// For each variable, which one its values come from, and their sign.
  let variables: [(place: Int, sign: Float)]
  /// The same for each input.
  let inputs: [(place: Int, sign: Float)]

  /// How a map acts on fields.
  ///
  /// - Parameters:
  ///   - map: What becomes of the axes.
  ///   - system: The fields.
  /// - Precondition: The fields' grid has the map.
  init(_ map: AxisMap, on system: FieldSystem) {
    func sources(_ characters: [VariableCharacter]) -> [(place: Int, sign: Float)] {
      characters.indices.map { place in
        guard let source = map.source(of: place, among: characters) else {
          preconditionFailure("a component has no counterpart under \(map)")
        }
        return source
      }
    }
    self.map = map
    self.system = system
    variables = sources(system.characters)
    inputs = sources(system.inputCharacters)
    points = PointMap(map, on: system.axes)
  }

  /// Whether it leaves everything in its place.
  public var isIdentity: Bool { map == .identity(dimensions: system.axes.count) }

  /// The element that undoes this one.
  public var inverse: SymmetryElement { SymmetryElement(map.inverse, on: system) }

  /// The fields as they become.
  ///
  /// - Parameter frames: `[…, variables, x(, y(, z))]`, with any number of leading axes.
  /// - Returns: Fields of the same shape.
  /// - Precondition: The trailing axes are the system's variables and points.
  public func callAsFunction(_ frames: Tensor) -> Tensor { changed(frames, variables) }

  /// The fields as they become, with their gradient.
  ///
  /// - Parameter frames: `[…, variables, x(, y(, z))]`.
  /// - Returns: Fields of the same shape.
  /// - Precondition: The trailing axes are the system's variables and points.
  public func callAsFunction(_ frames: Variable) -> Variable {
    let inverse = inverse
    return .primitive(self(frames.value), inputs: [frames]) { [inverse($0)] }
  }

  /// The inputs as they become.
  ///
  /// - Parameter inputs: `[…, inputs, x(, y(, z))]`.
  /// - Returns: Inputs of the same shape.
  /// - Precondition: The trailing axes are the system's inputs and points.
  public func inputs(_ inputs: Tensor) -> Tensor { changed(inputs, self.inputs) }

  private func changed(_ fields: Tensor, _ sources: [(place: Int, sign: Float)]) -> Tensor {
    if isIdentity { return fields }
    return fields.rearranged(on: system.shape, variables: sources.count) { _ in (points, sources) }
  }
}

extension SymmetryElement: Equatable {
  /// Whether two elements do the same to the same fields.
  public static func == (left: SymmetryElement, right: SymmetryElement) -> Bool {
    left.map == right.map && left.system == right.system
  }
}

extension SymmetryElement: CustomStringConvertible {
  /// The new axes by the old ones, such as "(−y, x)".
  public var description: String { map.description }
}

extension Tensor {
  /// Fields `[…, variables, points…]` with their points, variables and signs rearranged, by the place of a group of variables.
  func rearranged(
    on shape: [Int], variables: Int, by rule: (_ group: Int) -> (PointMap, [(place: Int, sign: Float)])
  ) -> Tensor {
    let trailing = [variables] + shape
    precondition(
      self.shape.suffix(trailing.count) == trailing[...],
      "fields of shape \(self.shape) do not end in \(trailing)")
    let points = shape.reduce(1, *)
    var result = Tensor(uninitialized: self.shape)
    let (source, target) = (storage, result.mutableStorage())
    parallelForRows(count > 0 ? count / points : 0, length: points) { rows in
      for row in rows {
        let (group, variable) = row.quotientAndRemainder(dividingBy: variables)
        let (map, sources) = rule(group)
        map.copy(
          source.base + (group * variables + sources[variable].place) * points,
          to: target.base + row * points, sign: sources[variable].sign)
      }
    }
    return result
  }
}
