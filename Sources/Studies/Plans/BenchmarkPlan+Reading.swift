import Training

extension BenchmarkPlan {
  /// Reads a plan from a YAML file, and opens the data sets to check that every run can start.
  ///
  /// - Parameter path: The file.
  /// - Throws: ``BenchmarkError/badPlan(_:)`` with everything that is wrong, or `ConfigurationError` for a file that is
  ///   no YAML.
  public init(reading path: String) throws {
    try self.init(parsing: try TrainingConfiguration.Layer.text(of: path), file: path)
  }

  /// Reads a plan from a text.
  ///
  /// - Parameters:
  ///   - text: YAML.
  ///   - file: Where it is from, for messages; nil if there is no file.
  /// - Throws: As ``init(reading:)``.
  public init(parsing text: String, file: String? = nil) throws {
    let root = try TrainingConfiguration.Layer.node(parsing: text, source: file ?? "the plan")
    var reader = PlanReader(file: file)
    let parts = reader.parts(root)
    let cells = reader.cells(of: parts)
    try reader.mistakes.throwIfAny()
    self.init(text: text, cells: cells, notes: reader.notes)
  }
}
