extension PDEBenchKind {
  /// Fields of any names, each `[sample, time, x(, y(, z))]`: how what came in another layout is written.
  ///
  /// - Parameters:
  ///   - variables: The names.
  ///   - frames: The names of the frames, where they are different quantities; each is then a data set
  ///     `[sample, x(, y(, z))]`.
  /// - Returns: The kind.
  public static func fields(_ variables: [String], frames: [String]? = nil) -> PDEBenchKind {
    PDEBenchKind(
      name: "fields",
      expectation: "'\(variables.joined(separator: "', '"))', each [sample, time, x(, y(, z))]",
      isNamed: { $0.isSuperset(of: frames ?? variables) }, variableNames: { _ in variables },
      leading: frames ?? variables,
      leadingShape: "[sample, time, x], [sample, time, x, y] or [sample, time, x, y, z]",
      shape: { shape in
        guard let frames else { return (3...5).contains(shape.count) ? shape : nil }
        return (2...4).contains(shape.count) ? [shape[0], frames.count] + shape[1...] : nil
      },
      fields: { variables, count in
        guard let frames else { return StoredField.onePerVariable(variables, frames: count) }
        return frames.enumerated().map {
          StoredField(name: $1, variables: 0..<1, frames: $0..<$0 + 1, hasTimeAxis: false)
        }
      },
      times: frames.map { .none(frameNames: $0) } ?? .ofFile)
  }
}
