import Training

extension RunReport {
  /// Draws the nRMSE of runs on the test samples over the epochs; runs under TempBalance are solid, others dashed.
  ///
  /// - Parameters:
  ///   - reports: The runs.
  ///   - plot: Where to draw.
  /// - Throws: ``PlotError`` if it cannot be drawn.
  public static func drawCurves(of reports: [RunReport], _ plot: Gnuplot) throws(PlotError) {
    var script = """
      set xlabel 'epoch'
      set ylabel 'nRMSE of the test samples (all frames)'
      set yrange [0:*]
      set grid
      set key top right
      set border 3
      set tics nomirror

      """
    var curves: [String] = []
    for (index, report) in reports.enumerated() {
      let isBalanced = report.configuration.tempbalance != .off
      script += "$run\(index) << EOD\n"
      for epoch in report.epochs {
        if let metrics = epoch.metrics { script += "\(epoch.epoch + 1) \(metrics.nrmse)\n" }
      }
      script += "EOD\n"
      let title = isBalanced ? "TempBalance (\(report.configuration.tempbalance.rawValue))" : "baseline"
      curves.append(
        "$run\(index) using 1:2 with lines linewidth 2 linetype \(index + 1) dashtype \(isBalanced ? 1 : 2) "
          + "title '\(title): \(report.name)' noenhanced")
    }
    try plot.draw(script + "plot " + curves.joined(separator: ", "))
  }

  /// The last part of the run's path, fit for a legend.
  private var name: String {
    (run.split(separator: "/").last.map(String.init) ?? run).replacing("'", with: "’")
  }
}
