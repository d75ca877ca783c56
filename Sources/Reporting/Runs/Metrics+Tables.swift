public import FieldMetrics

extension Metrics {
  /// The metrics, a line each.
  public var table: TextTable { table(beside: nil) }

  /// The metrics, a line each.
  ///
  /// - Parameter persistence: The metrics of the persistence forecast, for a column of their own.
  /// - Returns: The table.
  public func table(beside persistence: Metrics?) -> TextTable {
    let columns = [self] + [persistence].compactMap(\.self)
    let head = ["metric", "value"] + (persistence == nil ? [] : ["persistence"]) + ["of"]
    var table = TextTable(head, words: [0, head.count - 1])
    for metric in Metrics.all {
      for row in metric.rows {
        let key = row.key ?? metric.key
        // Beside a finite error a value is NaN only if there is none.
        let absence = rmse.isFinite && self[key, component: row.component].isNaN ? row.absence : nil
        let cells = columns.map {
          absence == nil ? formatted($0[key, component: row.component], digits: 5) : "–"
        }
        table.append([row.name] + cells + [row.meaning + (absence.map { ": \($0)" } ?? "")])
      }
    }
    table.append(["samples"] + columns.map { "\($0.samples)" } + [""])
    if columns.contains(where: { $0.zeroTargets > 0 }) {
      table.append(
        ["left out of nRMSE"]
          + columns.map { metrics in "\(metrics.zeroTargets)" + (metrics.fields.map { " of \($0)" } ?? "") }
          + ["fields (of a sample, variable and frame): zero at every point, and predicted otherwise"])
    }
    return table
  }
}

extension FrameMetrics {
  /// nRMSE per frame and variable, with the mean over variables: how the error grows along the rollout.
  ///
  /// - Parameters:
  ///   - variables: The variables' names.
  ///   - initialSteps: The number of frames that were given.
  /// - Returns: A row a frame.
  public func table(variables: [String], initialSteps: Int) -> TextTable {
    var table = TextTable(["frame"] + variables.map { "nRMSE \($0)" } + ["mean"])
    let errors = nrmse
    for (frame, mean) in meanNRMSE.enumerated() {
      let values = errors.map { $0[frame] }
      table.append(
        ["\(frame)" + (frame < initialSteps ? " (given)" : "")]
          + (values + [mean]).map { formatted($0, digits: 5) })
    }
    return table
  }
}
