import FieldMetrics
import Foundation
import PDEData
import TempBalance
public import Training
import WeightAnalysis

/// The pictures of one run.
public struct RunFigures {
  private let run: RunFolder

  /// The pictures of a run.
  ///
  /// - Parameter run: The run's folder.
  public init(_ run: RunFolder) {
    self.run = run
  }

  /// Whether a run's best weights and its data set are there.
  static func canPredict(_ folder: String) -> Bool {
    let run = RunFolder(folder)
    guard let configuration = try? run.readConfiguration() else { return false }
    return FileManager.default.fileExists(atPath: run.best)
      && FileManager.default.fileExists(
        atPath: ((try? run.locatedData(configuration)) ?? configuration.data).path)
  }

  /// All pictures that can be drawn: without the data set none of predictions.
  public var all: [Figure] {
    var figures = [
      Figure("training", "The course of training.") { path in
        try RunReport.draw([RunReport(run)], to: path)
      }
    ]
    if Self.canPredict(run.path) {
      figures.append(growth)
      figures.append(fields(name: "fields", of: "The best weights"))
    }
    if FileManager.default.fileExists(atPath: run.best) {
      figures.append(spectra(name: "spectra", of: "The best weights"))
    }
    return figures
  }

  private var growth: Figure {
    Figure(
      "growth",
      "nRMSE of each frame of the rollout, over the test samples: how errors grow. The given frames have none."
    ) { path in
      let prediction = try RunPrediction(run)
      var diagram = Diagram(
        settings:
          "set xlabel 'frame'\nset ylabel 'nRMSE of the test samples'\nset yrange [0:*]\nset key above")
      let metrics = prediction.frameMetrics.nrmse
      let colors = Diagram.colors(6)
      for (index, variable) in prediction.loader.variables.map(\.name).enumerated() {
        diagram.curves.append(
          .init(
            points: metrics[index].enumerated().map { (Double($0 + 1), $1) }.filter(\.1.isFinite),
            title: variable,
            style: "linewidth 1.5 linecolor rgb '\(colors[index % 6])' dashtype 1"))
      }
      diagram.curves.append(
        .init(
          points: prediction.growth, title: "mean", style: "linewidth 3 linecolor rgb '#808080' dashtype 1"))
      try Gnuplot(path: path).draw(diagram.script())
    }
  }

  /// A test sample: true, predicted and the error.
  func fields(name: String, of what: String) -> Figure {
    Figure(name, "\(what): the first test sample as it is, as predicted, and the error, over time.") { path in
      try PredictionPlot(RunPrediction(run)).draw(to: path)
    }
  }

  /// The spectra of the layers.
  func spectra(name: String, of what: String) -> Figure {
    Figure(
      paged: name,
      "\(what): α across the layers, and the eigenvalues of each layer with the fitted power law."
    ) { path in
      let archive = try WeightArchive(reading: run.best, knownOrder: Checkpoint.parameterNames(in:))
      let analyzer = LayerAnalyzer()
      let layers = try CheckpointAnalysis(archive, kinds: [.linear, .convolution]).run(analyzer)
      return try AnalysisReport(checkpoint: run.best, analyzer: analyzer, layers: layers).draw(to: path)
    }
  }
}
