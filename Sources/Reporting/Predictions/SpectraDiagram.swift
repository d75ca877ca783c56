package import FieldMetrics
import Foundation

/// Predicted against true energy over wavenumbers, a panel a variable, in the last frame.
///
/// A variable without any energy above wavenumber 0, such as one that a set of a mixture lacks, has no panel.
package struct SpectraDiagram {
  let metrics: FrameMetrics
  let variables: [String]
  let frame: Int

  /// The spectra of a frame.
  ///
  /// - Parameters:
  ///   - metrics: What ``FieldMetrics/EnergySpectrum`` has measured.
  ///   - variables: The variables' names.
  ///   - frame: The frame.
  package init(metrics: FrameMetrics, variables: [String], frame: Int) {
    (self.metrics, self.variables, self.frame) = (metrics, variables, frame)
  }

  /// Draws the spectra.
  ///
  /// - Parameter path: `.svg` or `.png`.
  /// - Returns: The file; none where no variable has a panel.
  /// - Throws: ``PlotError``.
  package func draw(to path: String) throws(PlotError) -> [String] {
    let panels = variables.indices.compactMap { panel(of: $0) }
    guard !panels.isEmpty else { return [] }
    var grid = PanelGrid(columns: panels.count == 4 ? 2 : panels.count, height: 340)
    for panel in panels { grid.add(panel) }
    try grid.draw(to: path)
    return [path]
  }

  /// The panel of a variable; nil if it has none.
  private func panel(of variable: Int) -> Diagram? {
    guard let spectra = metrics.energySpectra(variable: variable, frame: frame) else { return nil }
    // The mean field, at wavenumber 0, has no place on a logarithmic axis, and neither has what is zero.
    func points(_ values: [Double]) -> [(x: Double, y: Double)] {
      values.enumerated().dropFirst().map { (Double($0), $1) }.filter { $0.1 > 0 && Diagram.isDrawn($0.1) }
    }
    var diagram = Diagram()
    diagram.curves = [
      .init(
        points: points(spectra.target), title: "true",
        style: "linewidth 4 linecolor rgb '#a0a0a0' dashtype 1"),
      .init(
        points: points(spectra.predicted), title: "predicted",
        style: "linewidth 2 linecolor rgb '\(Diagram.colors(1)[0])' dashtype 1"),
      .init(
        points: points(spectra.error), title: "error",
        style: "linewidth 2 linecolor rgb '\(Diagram.colors(6)[5])' dashtype 2"),
    ]
    let energies = diagram.curves.flatMap(\.points).map(\.y)
    guard let highest = energies.max(), let lowest = energies.min() else { return nil }
    // What rounding leaves of fields that are smooth would take most of the axis.
    let floor = max(lowest / 2, highest * 1e-14)
    diagram.settings = """
      set title \(Gnuplot.quoted(Gnuplot.shortened(variables[variable]))) noenhanced
      set xlabel 'wavenumber, periods across the domain'
      set ylabel 'energy'
      set logscale xy
      set format y '10^{%L}'
      set xtics (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
      set xrange [1:\(Double(max(spectra.target.count - 1, 2)))]
      set yrange [\(floor):\(highest * 2)]
      """
    return diagram
  }
}
