import ArgumentParser
import Logging
import MessagePassing
import NeuralOperators
import PDEData
import Reporting
import TensorCore
import Training

struct Predict: ReadsDataFiles, RunsOnRanks, SaysMessages {
  static let configuration = CommandConfiguration(
    abstract: "Write a model's rollouts to a file in the layout of the data set.",
    discussion: """
      The initial frames are copied; the model predicts the frames after them. It predicts the test samples, the first ones \
      in the file, or all of them with --all-samples. Any program that reads the data set can read the file; compare it \
      with it:
        pdeop predict --checkpoint C.safetensors --data F.hdf5 --output P.hdf5
        pdeop evaluate --prediction P.hdf5 --data F.hdf5
      With --plot, one sample is drawn as well: a picture with truth, prediction and error of every variable, or a film:
        pdeop predict --checkpoint C.safetensors --data F.hdf5 --output P.hdf5 --plot rollout.gif
      A forecast continues beyond the frames of the data set, which may hold the initial frames alone:
        pdeop predict --checkpoint C.safetensors --data F.hdf5 --all-samples --frames 60 --output P.hdf5
      """)

  @Option(
    help: """
      A file of weights, safetensors or PyTorch's; or a run's folder, for its best checkpoint, or else its last one.
      """)
  var checkpoint: String

  @Option(help: "The HDF5 file to write; it must not exist yet.")
  var output: String

  @Option(
    parsing: .unconditional,
    help:
      "Frames of a rollout, the given ones included; beyond the data set's they are a forecast (default: all of the data's)."
  )
  var frames: Int?

  @Option(
    parsing: .unconditional,
    help: "The first of the given frames, counted from 0, after the stride in time (default: 0).")
  var fromFrame: Int?

  @Option(
    help: """
      Draw a sample as it is, as predicted, and the error, to this file (needs gnuplot): .svg or .png for a picture, .gif or \
      .mp4 (needs ffmpeg) for a film.
      """)
  var plot: String?

  @Option(
    parsing: .unconditional,
    help: "The sample to draw, counted from 0 in the data set (default: the first that is predicted).")
  var sample: Int?

  @OptionGroup var source: DataOptions

  @OptionGroup var dataFiles: DataFileOptions
  @OptionGroup var messages: MessageOptions

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  func validate() throws {
    try OutputName.require(output, for: .hdf5)
    if sample != nil, plot == nil { throw ValidationError("--sample needs --plot.") }
    if let frames, !(1...1 << 20).contains(frames) {
      throw ValidationError("--frames must be from 1 to \(1 << 20), got \(frames).")
    }
    if let fromFrame, fromFrame < 0 {
      throw ValidationError("--from-frame must be at least 0, got \(fromFrame).")
    }
  }

  var threadsOfRank: Int? { Self.threads(in: source.values.given) }

  func run() throws {
    let source = try source.resolved()
    try WorkerPool.withThreads(source.threads) { try predict(source) }
  }

  private func predict(_ source: DataChoice) throws {
    // What cannot be drawn shows before anything is computed, and before a file is there that the next try must not
    // replace.
    if let plot, RankGroup.current.isRoot { try PredictedSample.require(plot) }
    let checkpoint = CheckpointName.file(checkpoint)
    let work = try source.open(checkpoint, isForecast: frames != nil)
    try source.review(work.checkpoint, of: checkpoint, on: work.loader)
    let shown = sample ?? work.samples.first ?? 0
    let first = fromFrame ?? 0
    let initialSteps = work.checkpoint.formulation.initialSteps
    if let plot {
      try PredictedSample.require(shown, in: work.loader.dataSet)
      try PredictedSample.requireMotion(
        for: plot, of: work.loader.dataSet, initialSteps: initialSteps,
        frames: frames ?? work.loader.frames - first)
    }
    let progress = CountProgress()
    let watch = try PredictionFile.write(
      to: output, work.checkpoint, loader: work.loader, samples: work.samples, batchSize: source.batchSize,
      from: first, frames: frames
    ) { progress.show($0, of: work.samples.count, "samples") }
    let result = Result(
      output: output, samples: work.samples.count, frames: frames ?? work.loader.frames - first,
      initialSteps: initialSteps, fromFrame: first, departures: watch.isKnown ? watch.departures : nil)
    try print(result, watch)
    if let plot, RankGroup.current.isRoot {
      try PredictedSample(work.checkpoint, loader: work.loader, sample: shown, from: first, frames: frames)
        .draw(to: plot)
    }
  }

  private func print(_ result: Result, _ watch: RangeWatch) throws {
    if json { return try Console.printJSON(result) }
    for departure in watch.departures {
      Console.say(
        "\(departure.variable) leaves the range of the training data, \(formatted(Double(departure.minimum))) to "
          + "\(formatted(Double(departure.maximum))), at frame \(departure.frame) (t = \(formatted(departure.time))): "
          + "it comes to \(formatted(Double(departure.value))).", .warning)
    }
    if frames != nil, watch.isKnown, watch.departures.isEmpty {
      Console.say("All values stay in the range of the training data.")
    }
    try Console.print(
      "\(output): \(result.samples) samples of \(result.frames) frames, the first \(result.initialSteps) copied from the data"
    )
  }

  private struct Result: Encodable {
    let output: String
    let samples, frames, initialSteps, fromFrame: Int
    let departures: [RangeWatch.Departure]?

    private enum CodingKeys: String, CodingKey {
      case output, samples, frames
      case initialSteps = "initial_steps"
      case fromFrame = "from_frame"
      case departures = "out_of_range"
    }
  }
}
