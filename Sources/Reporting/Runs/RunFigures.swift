import Foundation
import PDEData
import SystemFiles
import TempBalance
public import Training
import WeightAnalysis

/// The pictures of one run.
public struct RunFigures {
  private let run: RunFolder
  /// What the run's best weights predict.
  let prediction: LazyPrediction

  /// The pictures of a run.
  ///
  /// - Parameter run: The run's folder.
  public init(_ run: RunFolder) {
    self.run = run
    prediction = LazyPrediction(run)
  }

  /// Whether a run's best weights and its data set are there, and that is still the one of the training.
  var canPredict: Bool { RunModel.isThere(run) && prediction.otherData == nil }

  /// What the pictures lack and why, a line for each reason: those of predictions are left out where the data set is another one
  /// than in the training.
  public var omissions: [String] {
    guard RunModel.isThere(run), let otherData = prediction.otherData else { return [] }
    return ["\(otherData) Pictures of predictions are left out; put the old data back to have them."]
  }

  /// Whether the run's data set has one answer to what is given, and no motion.
  var isStatic: Bool { (try? prediction.model())?.isStatic ?? false }

  /// All pictures that can be drawn: without the data set of the training none of predictions.
  public var all: [Figure] {
    var figures = [training, loss]
    if canPredict { figures += predictions }
    if FileManager.default.fileExists(atPath: run.best) {
      figures.append(layerSpectra(name: "spectra", of: "The best weights"))
    }
    return figures
  }

  /// Pictures of what the best weights predict.
  var predictions: [Figure] {
    let fields = fields(name: "fields", of: "The best weights")
    let energy = energy(name: "energy", of: "The best weights")
    return isStatic ? [fields, energy] : [growth, fields, energy]
  }

  private var training: Figure {
    Figure("training", "The course of training.", of: [run.metrics, run.layers]) { path in
      try RunReport.draw([RunReport(run)], to: path)
    }
  }

  private var loss: Figure {
    Figure(
      "loss",
      "The training loss of each step (faint) and as the mean of each epoch, and the schedule's learning rate.",
      of: [run.metrics, run.steps]
    ) { path in
      try RunReport.drawLosses(of: [RunReport(run)], to: path)
    }
  }

  private var growth: Figure {
    Figure(
      "growth",
      "nRMSE of each frame of the rollout, over the test samples: how errors grow from the last given frame on. Persistence "
        + "is the forecast that nothing changes.",
      of: [run.best]
    ) { path in
      let prediction = try prediction()
      try prediction.errors.draw(to: path, variables: prediction.variables)
    }
  }

  /// Test samples: true, predicted and the error.
  func fields(name: String, of what: String) -> Figure {
    let caption =
      isStatic
      ? "\(what): test samples, with what is given, the solution, the prediction and the error."
      : "\(what): the first test sample as it is, as predicted, and the error, over time. Truth and prediction of a "
        + "variable share their colors."
    return Figure(name, caption, of: [run.best]) { path in
      let shown = try prediction().shown
      if isStatic { return try AnswerPicture(shown).draw(to: path) }
      if let first = shown.first { try RolloutPicture(first).draw(to: path) }
    }
  }

  /// Spectra of energy.
  func energy(name: String, of what: String) -> Figure {
    let frame = isStatic ? "the answers" : "the last frame"
    return Figure(
      paged: name,
      "\(what): energy of \(frame) over wavenumbers, as it is and as predicted, with that of the error; mean over the test "
        + "samples. What is the same at all points has none.",
      of: [run.best]
    ) { path in
      let prediction = try prediction()
      let frame = prediction.errors.times.count - 1
      return try SpectraDiagram(
        metrics: prediction.frameMetrics, variables: prediction.variables, frame: frame
      ).draw(to: path)
    }
  }

  /// The spectra of the layers.
  func layerSpectra(name: String, of what: String) -> Figure {
    Figure(
      paged: name,
      "\(what): α across the layers, and the eigenvalues of each layer with the fitted power law.",
      of: [run.best]
    ) { path in
      let archive = try WeightArchive(reading: run.best, knownOrder: Checkpoint.parameterNames(in:))
      let analyzer = LayerAnalyzer()
      let layers = try CheckpointAnalysis(archive, kinds: [.linear, .convolution]).run(analyzer)
      return try AnalysisReport(checkpoint: run.best, analyzer: analyzer, layers: layers).draw(to: path)
    }
  }

  /// Checks that there is motion to draw.
  ///
  /// - Throws: ``PlotError/noTimes(file:)``, or what reading the run throws.
  public func requireMotion() throws {
    let model = try prediction.model()
    guard !model.isStatic else { throw PlotError.noTimes(file: model.loader.dataSet.path) }
  }

  /// Draws the first test sample as predicted by the best weights, moving.
  ///
  /// - Parameter path: A file that ends in `.gif` or `.mp4`.
  /// - Throws: ``PlotError``, or what reading the run throws.
  public func animate(to path: String) throws {
    try prediction().shown.first?.draw(to: path)
  }
}

/// The pictures of several runs together.
public struct RunComparison {
  private let runs: [RunFolder]
  private let figures: [RunFigures]

  /// The pictures of runs.
  ///
  /// - Parameter runs: The runs' folders.
  public init(_ runs: [RunFolder]) {
    self.init(runs, runs.map { RunFigures($0) })
  }

  init(_ runs: [RunFolder], _ figures: [RunFigures]) {
    (self.runs, self.figures) = (runs, figures)
  }

  /// What the pictures lack of each run and why: see ``RunFigures/omissions``. A run whose model or data cannot be read does
  /// not cost the others theirs.
  public var omissions: [String] {
    zip(runs, figures).flatMap { run, figures -> [String] in
      guard figures.canPredict, let failure = figures.prediction.failure else { return figures.omissions }
      return ["The growth of errors of \(run.path) is left out: \(Self.reason(of: failure))"]
    }
  }

  /// What an error says.
  static func reason(of error: any Error) -> String {
    (error as? any ReportableError)?.description ?? error.localizedDescription
  }

  /// All pictures that can be drawn.
  public var all: [Figure] {
    let (runs, figures) = (runs, figures)
    var all = [
      Figure("training", "The course of training.", of: runs.flatMap { [$0.metrics, $0.layers] }) {
        try RunReport.draw(runs.map { try RunReport($0) }, to: $0)
      },
      Figure(
        "loss", "The training loss, as the mean of each epoch, and the learning rate.",
        of: runs.map(\.metrics)
      ) {
        try RunReport.drawLosses(of: runs.map { try RunReport($0) }, to: $0)
      },
    ]
    let moving = zip(runs, figures).filter {
      $0.1.canPredict && $0.1.prediction.failure == nil && !$0.1.isStatic
    }
    if !moving.isEmpty {
      all.append(
        Figure(
          "growth",
          "nRMSE of each frame of the rollout, over variables and test samples. Runs that differ in their seeds alone are one "
            + "curve, their mean, with a band of one sample standard deviation. Persistence is the forecast that nothing changes.",
          of: moving.map(\.0.best)
        ) { try Self.drawGrowth(moving, to: $0) })
    }
    return all
  }

  private static func drawGrowth(_ runs: [(RunFolder, RunFigures)], to path: String) throws {
    var groups: [(settings: [String], runs: [(RunFolder, RunFigures)])] = []
    for run in runs {
      let settings = try settings(of: run.0)
      if let place = groups.firstIndex(where: { $0.settings == settings }) {
        groups[place].runs.append(run)
      } else {
        groups.append((settings, [run]))
      }
    }
    let colors = Diagram.colors(max(groups.count, 2))
    let seeds = try groups.enumerated().map { place, group in
      let count = group.runs.count
      let title = try RunReport(group.runs[0].0).title + (count > 1 ? " (\(count) seeds)" : "")
      return ErrorOverTime.Seeds(
        title: title, color: colors[place % colors.count],
        runs: try group.runs.map { try $0.1.prediction().errors })
    }
    var grid = PanelGrid(height: 390)
    grid.add(ErrorOverTime.diagram(seeds))
    try grid.draw(to: path)
  }

  /// A run's configuration but for its seed.
  private static func settings(of run: RunFolder) throws -> [String] {
    try run.readConfiguration().yaml().split(separator: "\n").map(String.init)
      .filter { line in
        let line = line.trimmingCharacters(in: .whitespaces)
        return !["seed:", "threads:", "cache-memory:"].contains { line.hasPrefix($0) }
      }
  }
}
