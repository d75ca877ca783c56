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
    let rows: [(name: String, value: (Metrics) -> Double, meaning: String)] = [
      ("nRMSE", \.nrmse, "all frames, the given ones (error 0) included"),
      ("nRMSE predicted", \.predictedNRMSE, "the predicted frames alone"),
      ("RMSE", \.rmse, "all frames"),
      ("CSV", \.conserved, "the conserved totals"),
      ("Max", \.maximum, "the largest error"),
      ("BD", \.boundary, "the boundary"),
    ]
    for row in rows {
      table.append([row.name] + columns.map { formatted(row.value($0), digits: 5) } + [row.meaning])
    }
    // Beside a finite error a band is NaN only if it is empty.
    let bands: [(name: String, meaning: String)] = [
      ("F low", "wavenumbers 0 to 3"), ("F middle", "wavenumbers 4 to 11"),
      ("F high", "wavenumbers from 12 on"),
    ]
    for (band, row) in bands.enumerated() {
      let isEmpty = rmse.isFinite && fourier[band].isNaN
      let cells = columns.map { isEmpty ? "–" : formatted($0.fourier[band], digits: 5) }
      table.append([row.name] + cells + [row.meaning + (isEmpty ? ": too few points for any" : "")])
    }
    table.append(["samples"] + columns.map { "\($0.samples)" } + [""])
    if columns.contains(where: { $0.zeroTargets > 0 }) {
      table.append(
        ["left out of nRMSE"]
          + columns.map { metrics in "\(metrics.zeroTargets)" + (metrics.fields.map { " of \($0)" } ?? "") }
          + ["fields (of a sample, variable and frame) whose target is zero at every point"])
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
    for frame in nrmse[0].indices {
      let values = nrmse.map { $0[frame] }
      // As in the metrics over all frames, a variable whose nRMSE is undefined does not make the others' so.
      let defined = values.filter { !$0.isNaN }
      let mean = defined.reduce(0, +) / Double(defined.count)
      table.append(
        ["\(frame)" + (frame < initialSteps ? " (given)" : "")]
          + (values + [mean]).map { formatted($0, digits: 5) })
    }
    return table
  }
}
