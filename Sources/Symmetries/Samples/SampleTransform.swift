public import TensorCore

/// What symmetries make of each sample: another sample that solves the same equations.
///
/// One after the other, for each sample alone: an element of the group of reflections and exchanges; a boost, V ← V + c with all
/// fields moved by c·t; a scaling, (ρ, p) ← a·(ρ, p); a translation by whole cells.
///
/// ```swift
/// let transform = SampleTransform.random(
///   of: system, samples: batch.samples, seed: 1, epoch: epoch, speed: 0.5)
/// let frames = transform(batch.frames, times: times)
/// ```
public struct SampleTransform: Sendable, Equatable {
  /// The fields.
  public let system: FieldSystem
  /// The element of the group for each sample.
  public var elements: [SymmetryElement]
  /// The boost's velocity c for each sample, a component for each axis.
  public var velocities: [[Double]]
  /// The scaling's factor a for each sample.
  public var factors: [Double]
  /// The translation for each sample, in cells along each axis.
  public var cells: [[Int]]

  /// The transform that leaves all samples as they are.
  ///
  /// - Parameters:
  ///   - system: The fields.
  ///   - samples: The number of samples.
  public init(of system: FieldSystem, samples: Int) {
    self.system = system
    let still = system.axes.map { _ in 0 }
    let identity = SymmetryElement(.identity(dimensions: system.axes.count), on: system)
    elements = Array(repeating: identity, count: samples)
    velocities = Array(repeating: still.map(Double.init), count: samples)
    factors = Array(repeating: 1, count: samples)
    cells = Array(repeating: still, count: samples)
  }

  /// A transform of each sample at random, which depends on seed, epoch and the sample alone.
  ///
  /// Elements and translations are uniform; the components of c are normal; log a is normal.
  ///
  /// - Parameters:
  ///   - system: The fields.
  ///   - symmetries: The symmetries to use; all that hold unless given.
  ///   - samples: The samples' places in the data set.
  ///   - seed: The seed of the run.
  ///   - epoch: The pass over the data.
  ///   - speed: The deviation of each component of c.
  ///   - spread: The deviation of log a.
  /// - Returns: The transform.
  public static func random(
    of system: FieldSystem, symmetries: [Symmetry]? = nil, samples: [Int], seed: UInt64, epoch: Int,
    speed: Double = 0, spread: Double = 0
  ) -> SampleTransform {
    let symmetries = symmetries ?? system.symmetries
    var transform = SampleTransform(of: system, samples: samples.count)
    let elements = SymmetryGroup.elements(of: system, symmetries: symmetries)
    let boosts = symmetries.contains(.boost) && speed > 0 && system.obstacle(to: .boost) == nil
    let scales = symmetries.contains(.scaling) && spread > 0 && system.obstacle(to: .scaling) == nil
    for (place, sample) in samples.enumerated() {
      var generator = CounterGenerator(seed: seed, purpose: "symmetries", epoch: epoch, index: sample)
      transform.elements[place] = elements[Int(generator.uniformDouble() * Double(elements.count))]
      for (axis, description) in system.axes.enumerated() {
        if boosts { transform.velocities[place][axis] = speed * Double(generator.normal()) }
        if symmetries.contains(.translation), description.isPeriodic == true, description.isEven {
          transform.cells[place][axis] = Int(generator.uniformDouble() * Double(description.points))
        }
      }
      if scales { transform.factors[place] = (spread * Double(generator.normal())).exponential }
    }
    return transform
  }

  /// Frames of the samples as they become.
  ///
  /// - Parameters:
  ///   - frames: `[samples, frames, variables, x(, y(, z))]`, in physical units.
  ///   - times: The frames' times; where a boosted sample is at time 0 it stays in its place.
  /// - Returns: As many frames.
  /// - Precondition: The frames have the system's variables and points, and there is a time for each.
  public func callAsFunction(_ frames: Tensor, times: [Double]) -> Tensor {
    let (variables, points) = (system.variables.count, system.shape.reduce(1, *))
    precondition(
      frames.count == elements.count * times.count * variables * points,
      "frames of shape \(frames.shape), expected \(elements.count) samples of \(times.count) frames")
    var result = rearranged(frames, count: times.count, variables: variables, \.variables)
    if velocities.contains(where: { $0.contains { $0 != 0 } }) {
      let distances = velocities.flatMap { velocity in times.map { time in velocity.map { $0 * time } } }
      result = FieldShift(system)(result, by: distances)
      for (axis, place) in (system.velocityPlaces ?? []).enumerated() {
        change(&result, place, frames: times.count) { sample in (1, Float(velocities[sample][axis])) }
      }
    }
    if factors.contains(where: { $0 != 1 }) {
      for place in [system.place(of: .density), system.place(of: .pressure)].compactMap(\.self) {
        change(&result, place, frames: times.count) { sample in (Float(factors[sample]), 0) }
      }
    }
    return result
  }

  /// Inputs of the samples as they become: reflected, exchanged and translated like the fields. A boost leaves them in their
  /// place, and is no symmetry of what varies in space.
  ///
  /// - Parameter inputs: `[samples, inputs, x(, y(, z))]`.
  /// - Returns: As many inputs.
  /// - Precondition: They are the system's inputs, of as many samples.
  public func inputs(_ inputs: Tensor) -> Tensor {
    rearranged(inputs, count: 1, variables: system.inputs.count, \.inputs)
  }

  private func rearranged(
    _ fields: Tensor, count: Int, variables: Int, _ sources: (SymmetryElement) -> [(place: Int, sign: Float)]
  ) -> Tensor {
    guard elements.contains(where: { !$0.isIdentity }) || cells.contains(where: { $0.contains { $0 != 0 } })
    else { return fields }
    let rules = zip(elements, cells).map { ($0.points.moved(by: $1), sources($0)) }
    return fields.rearranged(on: system.shape, variables: variables) { rules[$0 / count] }
  }

  /// One variable times a factor, plus a constant, for each sample.
  private func change(
    _ fields: inout Tensor, _ place: Int, frames: Int,
    by rule: (_ sample: Int) -> (factor: Float, shift: Float)
  ) {
    let (variables, points) = (system.variables.count, system.shape.reduce(1, *))
    let target = fields.mutableStorage()
    parallelForRows(elements.count * frames, length: points) { rows in
      for row in rows {
        let (factor, shift) = rule(row / frames)
        let field = target.base + (row * variables + place) * points
        for point in 0..<points { field[point] = factor * field[point] + shift }
      }
    }
  }
}
