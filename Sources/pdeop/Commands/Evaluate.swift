import ArgumentParser
import FieldMetrics
import MessagePassing
import PDEData
import Reporting
import TensorCore
import SystemFiles
import Training

struct Evaluate: ReadsDataFiles, RunsOnRanks, SaysMessages {
  static let configuration = CommandConfiguration(
    abstract: "Evaluate a model's rollouts, or a file of predictions, on a data set.",
    discussion: """
        pdeop evaluate --checkpoint runs/a/checkpoints/best.safetensors --data F.hdf5
        pdeop evaluate --prediction P.hdf5 --data F.hdf5 --per-frame --json

      A checkpoint is evaluated on the test samples, the first ones in the file. Safetensors and PyTorch files from other \
      programs work if their tensors have PDEBench's names. Predictions are compared with the samples that \
      their file names, or else with the first ones, at the times of their frames; the given frames must be the data's.

      All metrics are means over variables and frames, as PDEBench's are: Max is the mean of each frame's largest error. The given \
      frames, whose error is 0, are among them, but for nRMSE predicted; over the predicted frames alone every other metric is \
      frames / (frames - given) times as large.
      """)

  @Option(
    help: """
      A file of weights, safetensors or PyTorch's; or a run's folder, for its best checkpoint, or else its last one.
      """)
  var checkpoint: String?

  @Option(help: "A file of predictions in the data's layout, or in PDEBench's.")
  var prediction: String?

  @Option(
    parsing: .unconditional,
    help: "Initial frames that the prediction was given (default: as the file says, else 10).")
  var initialSteps: Int?

  @OptionGroup var source: DataOptions

  @OptionGroup var dataFiles: DataFileOptions
  @OptionGroup var messages: MessageOptions

  @Flag(help: "Allow another data set than the one the checkpoint was trained on.")
  var allowOtherData = false

  @Flag(help: "Also report the metrics for each variable and frame.")
  var perFrame = false

  @Flag(help: "Also evaluate persistence: the forecast that repeats the last initial frame.")
  var persistence = false

  @Option(
    help: """
      Draw nRMSE over time, for each variable and as their mean, to this .svg or .png file (needs gnuplot); with --persistence \
      that of persistence as well.
      """)
  var plot: String?

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  func validate() throws {
    guard checkpoint == nil || prediction == nil else {
      throw ValidationError("Give either --checkpoint or --prediction, not both.")
    }
    if checkpoint != nil, initialSteps != nil {
      throw ValidationError("--initial-steps only applies to --prediction; a checkpoint has its own.")
    }
    if let initialSteps, initialSteps < 0 {
      throw ValidationError("--initial-steps must be at least 0, got \(initialSteps).")
    }
    if prediction != nil, allowOtherData {
      throw ValidationError("--allow-other-data needs --checkpoint.")
    }
    if prediction != nil, persistence {
      throw ValidationError("--persistence needs --checkpoint.")
    }
    let idle =
      (source.allSamples ? ["all-samples"] : [])
      + ["test-samples", "batch-size", "cache-memory"].filter { source.isGiven($0) }
    if prediction != nil, !idle.isEmpty {
      let names = idle.map { Spelling.option($0) }.joined(separator: ", ")
      throw ValidationError(
        "Leave out \(names), or give --checkpoint: all samples of a prediction are compared, a few at a time."
      )
    }
  }

  var threadsOfRank: Int? { Self.threads(in: source.values.given) }

  func run() throws {
    guard checkpoint != nil || prediction != nil else {
      throw MissingOption("Give --checkpoint to evaluate a model, or --prediction to evaluate a file.")
    }
    let source = try source.resolved()
    try WorkerPool.withThreads(source.threads) { try evaluate(source) }
  }

  private func evaluate(_ source: DataChoice) throws {
    // What cannot be drawn shows before anything is computed.
    if let plot, RankGroup.current.isRoot { try Gnuplot.require(picture: plot) }
    let progress = CountProgress()
    let accumulator: MetricsAccumulator
    var persistenceAccumulator: MetricsAccumulator?
    var persistenceMetrics: Metrics? { persistenceAccumulator?.metrics }
    var times: [Double]?
    var measured: [String]?
    let checkpoint = checkpoint.map(CheckpointName.file)
    if let checkpoint {
      let work = try source.open(checkpoint)
      try source.review(work.checkpoint, of: checkpoint, on: work.loader)
      if !allowOtherData {
        try OtherData.advised { try work.checkpoint.requireOwnData(of: checkpoint, work.loader.dataSet) }
      }
      let evaluator = try Evaluator(work.checkpoint, loader: work.loader, batchSize: source.batchSize)
      measured = evaluator.variables
      accumulator = try evaluator.evaluate(work.samples, work.checkpoint.parameters) {
        progress.show($0, of: work.samples.count, "samples")
      }
      if persistence {
        persistenceAccumulator = try PersistenceForecast.evaluate(
          work.samples, of: work.loader, initialSteps: accumulator.initialSteps, batchSize: source.batchSize,
          variables: evaluator.measured)
      }
      times = work.loader.frameInterval.map { _ in work.loader.times }
    } else {
      accumulator = try PredictionFile.compare(
        prediction ?? "", with: source.data.open(), axes: source.data.axes ?? [], initialSteps: initialSteps,
        resolution: source.resolution, time: source.time, cacheMemory: source.cacheMemory
      ) { progress.show($0, of: $1, "samples") }
    }
    let metrics = accumulator.metrics
    let frames = perFrame ? accumulator.frameMetrics : nil
    func variables() throws -> [String] {
      if let measured { return measured }
      let data = try source.data.open()
      return data.states.map { data.variables[$0].name }
    }
    if json {
      try Console.printJSON(Result(metrics: metrics, frames: frames, persistence: persistenceMetrics))
    } else {
      try Console.print(metrics.table(beside: persistenceMetrics))
      if let frames {
        try Console.print(
          "\n\(frames.table(variables: variables(), initialSteps: accumulator.initialSteps))")
      }
    }
    if let plot, RankGroup.current.isRoot {
      try ErrorOverTime(
        accumulator.frameMetrics, persistence: persistenceAccumulator?.frameMetrics, times: times,
        initialSteps: accumulator.initialSteps
      ).draw(to: plot, variables: variables(), axis: times == nil ? "frame" : "t")
    }
  }

  /// The metrics, with those per frame beside them.
  private struct Result: Encodable {
    let metrics: Metrics
    let frames: FrameMetrics?
    let persistence: Metrics?

    private enum CodingKeys: String, CodingKey {
      case perFrame = "per_frame"
      case persistence
    }

    func encode(to encoder: any Encoder) throws {
      try metrics.encode(to: encoder)
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encodeIfPresent(frames, forKey: .perFrame)
      try container.encodeIfPresent(persistence, forKey: .persistence)
    }
  }
}
