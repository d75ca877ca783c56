public import Training

extension Metrics {
  /// The metrics, a line each.
  public var table: TextTable {
    var table = TextTable(["metric", "value", "of"], words: [0, 2])
    for (name, value, meaning) in [
      ("nRMSE", nrmse, "all frames, the given ones (error 0) included"),
      ("nRMSE predicted", predictedNRMSE, "the predicted frames alone"),
      ("RMSE", rmse, "all frames"),
      ("CSV", conserved, "the conserved totals"),
      ("Max", maximum, "the largest error"),
      ("BD", boundary, "the boundary"),
      ("F low", fourier[0], "wavenumbers 0 to 3"),
      ("F middle", fourier[1], "wavenumbers 4 to 11"),
      ("F high", fourier[2], "wavenumbers from 12 on"),
    ] { table.append([name, formatted(value, digits: 5), meaning]) }
    table.append(["samples", "\(samples)", ""])
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
      let mean = values.reduce(0, +) / Double(values.count)
      table.append(
        ["\(frame)" + (frame < initialSteps ? " (given)" : "")]
          + (values + [mean]).map { formatted($0, digits: 5) })
    }
    return table
  }
}
