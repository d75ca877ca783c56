import Training

extension RunFolder {
  /// The name of the file in a planned run's folder that says what is trained, and how.
  static let planName = "planned.yaml"

  /// That file.
  var plan: String { "\(path)/\(Self.planName)" }

  /// The records of a run that is finished, and so was evaluated once at least.
  ///
  /// - Throws: ``BenchmarkError/noErrors(file:)``, or what is wrong with the lines of the file.
  func finishedRecords() throws -> [EpochRecord] {
    let records = try Self.lines(EpochRecord.self, in: metrics)
    guard records.contains(where: { $0.metrics != nil }) else { throw BenchmarkError.noErrors(file: metrics) }
    return records
  }
}
