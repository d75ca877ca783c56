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
  private let system: FieldSystem
  private let variables: [(place: Int, sign: Float)]
  private let inputs: [(place: Int, sign: Float)]
  /// For each new axis, what its points add to the offset of an old value.
  private let offsets: [[Int]]

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
    let shape = system.shape
    precondition(
      map.sources.map { shape[$0] } == shape, "a grid of \(shape) points is not taken to itself by \(map)")
    var strides = shape.map { _ in 1 }
    for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    offsets = shape.indices.map { axis in
      let (source, count) = (map.sources[axis], shape[axis])
      let old = system.axes[source]
      let startsAtEnd = old.startsAtEnd && old.isPeriodic == true
      return (0..<count).map { point in
        let mirrored = startsAtEnd ? (count - point) % count : count - 1 - point
        return strides[source] * (map.isReflected[axis] ? mirrored : point)
      }
    }
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
  public func callAsFunction(_ frames: Tensor) -> Tensor { moved(frames, variables) }

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
  public func inputs(_ inputs: Tensor) -> Tensor { moved(inputs, self.inputs) }

  /// Fields that all are scalars as they become: numbers of a sample, masks.
  ///
  /// - Parameter fields: `[…, x(, y(, z))]`.
  /// - Returns: Fields of the same shape.
  /// - Precondition: The trailing axes are the system's points.
  public func scalars(_ fields: Tensor) -> Tensor {
    let points = system.shape.reduce(1, *)
    let flat = fields.reshaped([fields.count / max(points, 1), 1] + system.shape)
    return moved(flat, [(0, 1)]).reshaped(fields.shape)
  }

  private func moved(_ fields: Tensor, _ sources: [(place: Int, sign: Float)]) -> Tensor {
    let trailing = [sources.count] + system.shape
    precondition(
      fields.shape.suffix(trailing.count) == trailing[...],
      "fields of shape \(fields.shape) do not end in \(trailing)")
    if isIdentity { return fields }
    let points = system.shape.reduce(1, *)
    guard points > 0, let last = offsets.last else { return fields }
    let (lines, length) = (points / last.count, last.count)
    var result = Tensor(uninitialized: fields.shape)
    let (from, to) = (fields.storage, result.mutableStorage())
    let isForward = map.sources.last == system.axes.count - 1 && map.isReflected.last == false
    parallelForRows(fields.count / points, length: points) { rows in
      for row in rows {
        let variable = row % sources.count
        let source = from.base + (row - variable + sources[variable].place) * points
        let target = to.base + row * points
        let sign = sources[variable].sign
        for line in 0..<lines {
          let (start, old) = (target + line * length, source + offset(ofLine: line))
          if isForward, sign > 0 {
            start.update(from: old, count: length)
          } else {
            last.withUnsafeBufferPointer { last in
              for point in 0..<length { start[point] = sign * old[last[point]] }
            }
          }
        }
      }
    }
    return result
  }

  /// What the axes before the last add to the offset of an old value.
  private func offset(ofLine line: Int) -> Int {
    var (rest, sum) = (line, 0)
    for offsets in offsets.dropLast().reversed() {
      sum += offsets[rest % offsets.count]
      rest /= offsets.count
    }
    return sum
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
