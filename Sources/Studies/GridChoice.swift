import Training

/// A run that takes part in the choice of a grid's point.
struct GridCandidate {
  /// The point, as `key=value` with spaces between.
  let point: String
  /// The seed.
  let seed: UInt64
  /// The lowest error on the validation samples; nil for a run that diverged or has none that is defined.
  let error: Double?
}

extension [GridCandidate] {
  /// The one rule that picks the best point of a grid, for the runner and for the table: the lowest mean over seeds of the
  /// error on the validation samples, of equal ones the point that comes first by its text. A point with a run that
  /// diverged is never picked.
  ///
  /// The mean is taken in the order of the seeds, so that the order of the runs makes no difference.
  var bestPoint: String? {
    let means = Dictionary(grouping: self, by: \.point).compactMap {
      point, runs -> (error: Double, point: String)? in
      let errors = runs.sorted { $0.seed < $1.seed }.map { $0.error ?? .infinity }
      let mean = errors.reduce(0, +) / Double(errors.count)
      return mean.isFinite ? (mean, point) : nil
    }
    return means.min { ($0.error, $0.point) < ($1.error, $1.point) }?.point
  }
}

extension BenchmarkPlan.Cell {
  /// The runs that follow those which the grid's point is chosen by.
  ///
  /// - Parameter folder: The benchmark's folder.
  /// - Returns: The runs, and whether their point is chosen; until then they are those of the first point.
  /// - Throws: If a run's files are broken.
  public func followers(in folder: String) throws -> (runs: [PlannedRun], areChosen: Bool) {
    guard first.allSatisfy({ $0.state(in: folder).isDone }) else { return (rest(of: 0), false) }
    return (try bestPoint(in: folder).map(rest) ?? [], true)
  }

  /// The place of the grid's best point by its runs that choose.
  ///
  /// - Parameter folder: The benchmark's folder.
  /// - Returns: The place; nil if every point diverged.
  /// - Throws: If a run's files are broken.
  func bestPoint(in folder: String) throws -> Int? {
    let candidates = try runs.joined().filter(\.label.tunes).map { run in
      let isFinished = run.state(in: folder) == .finished
      let epochs = isFinished ? try run.folder(in: folder).finishedRecords() : []
      return GridCandidate(
        point: run.label.pointText, seed: run.label.seed, error: epochs.bestValidated?.validationNRMSE)
    }
    guard let best = candidates.bestPoint else { return nil }
    return runs.firstIndex { $0.first?.label.pointText == best }
  }
}
