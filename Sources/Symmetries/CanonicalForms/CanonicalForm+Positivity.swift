package import TensorCore

extension CanonicalForm {
  /// The places of the variables that must be positive everywhere: those whose logarithms are taken, and density and pressure where
  /// samples have scales of their own.
  package var positiveVariables: [Int] {
    let scaled = scales ? [system.place(of: .density), system.place(of: .pressure)] : []
    return system.characters.indices.filter { place in
      scaled.contains(place) || (logarithms && system.characters[place].isPositive)
    }
  }

  /// The first value that is not positive and must be.
  ///
  /// - Parameter frames: `[samples, frames, variables, x(, y(, z))]`, in physical units.
  /// - Returns: Its sample, its variable and itself; nil if there is none.
  /// - Precondition: The frames have the system's variables.
  package func notPositive(in frames: Tensor) -> (sample: Int, variable: Int, value: Float)? {
    let variables = system.variables.count
    precondition(
      frames.shape[2] == variables, "frames of \(frames.shape[2]) variables, expected \(variables)")
    let points = frames.shape[3...].reduce(1, *)
    let elements = frames.elements
    for sample in 0..<frames.shape[0] {
      for frame in 0..<frames.shape[1] {
        for variable in positiveVariables {
          let start = ((sample * frames.shape[1] + frame) * variables + variable) * points
          // NaN is not above 0 either.
          if let value = elements[start..<start + points].first(where: { !($0 > 0) }) {
            return (sample, variable, value)
          }
        }
      }
    }
    return nil
  }
}
