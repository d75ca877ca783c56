import FieldMetrics
import Foundation

/// Predicted against true energy over wavenumbers, a panel a variable, in the last frame.
struct SpectraDiagram {
  let metrics: FrameMetrics
  let variables: [String]
  let frame: Int

  func draw(to path: String) throws(PlotError) {
    var grid = PanelGrid(columns: variables.count == 4 ? 2 : variables.count, height: 340)
    for (place, name) in variables.enumerated() {
      guard let spectra = metrics.energySpectra(variable: place, frame: frame) else { continue }
      // The mean field, at wavenumber 0, has no place on a logarithmic axis.
      func points(_ values: [Double]) -> [(x: Double, y: Double)] {
        values.enumerated().dropFirst().map { (Double($0), $1) }.filter { $0.1 > 0 && $0.1.isFinite }
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
      let highest = diagram.curves.flatMap(\.points).map(\.y).max() ?? 1
      let lowest = diagram.curves.flatMap(\.points).map(\.y).min() ?? 0.1
      // What rounding leaves of fields that are smooth would take most of the axis.
      let floor = max(lowest / 2, highest * 1e-14)
      diagram.settings = """
        set title \(Gnuplot.quoted(Gnuplot.shortened(name))) noenhanced
        set xlabel 'wavenumber, periods across the domain'
        set ylabel 'energy'
        set logscale xy
        set format y '10^{%L}'
        set xtics (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
        set xrange [1:\(Double(max(spectra.target.count - 1, 2)))]
        set yrange [\(floor):\(highest * 2)]
        """
      grid.add(diagram)
    }
    try grid.draw(to: path)
  }
}
