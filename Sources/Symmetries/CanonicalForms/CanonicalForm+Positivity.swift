package import TensorCore

extension CanonicalForm {
  /// The places of the variables whose logarithms are taken, which must be positive everywhere.
  private var logarithmic: [Int] {
    logarithms ? system.characters.indices.filter { system.characters[$0].isPositive } : []
  }

  /// The places of the variables whose means are scales of a sample, which must be positive.
  private var scaling: [Int] {
    scales ? [.density, .pressure].compactMap { system.place(of: $0) } : []
  }

  /// Whether fields may lack what the form needs to be positive, as far as the least values of the variables tell.
  ///
  /// - Parameter least: The least value of each variable.
  /// - Returns: Whether one that is to be positive, everywhere or in the mean, is not everywhere.
  package func mayLackPositivity(_ least: [Float]) -> Bool {
    (logarithmic + scaling).contains { !(least[$0] > 0) }
  }

  /// What is not positive in frames and must be: a value whose logarithm is taken, or a mean that is a scale.
  ///
  /// - Parameter frames: `[samples, frames, variables, x(, y(, z))]`, in physical units.
  /// - Returns: The sample, what it is in words, and its value; nil if all is positive.
  /// - Precondition: The frames have the system's variables.
  package func notPositive(in frames: Tensor) -> (sample: Int, name: String, value: Double)? {
    let (count, variables) = (frames.shape[1], system.variables.count)
    precondition(
      frames.shape[2] == variables, "frames of \(frames.shape[2]) variables, expected \(variables)")
    let points = frames.shape[3...].reduce(1, *)
    let elements = frames.elements
    for frame in 0..<frames.shape[0] * count {
      func field(_ variable: Int) -> ArraySlice<Float> {
        let start = (frame * variables + variable) * points
        return elements[start..<start + points]
      }
      // NaN is not above 0 either.
      for variable in logarithmic {
        guard let value = field(variable).first(where: { !($0 > 0) }) else { continue }
        return (frame / count, "'\(system.variables[variable])'", Double(value))
      }
      for variable in scaling {
        let mean = field(variable).reduce(0) { $0 + Double($1) } / Double(points)
        if !(mean > 0) { return (frame / count, "the mean of '\(system.variables[variable])'", mean) }
      }
    }
    return nil
  }
}
