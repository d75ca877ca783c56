import ArgumentParser
import Autodiff
import Foundation
import NeuralOperators
import Options
import Optimizers
import Performance
import Safetensors
import TensorCore
import Training

struct BenchmarkSpeed: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "speed",
    abstract: "Time whole training steps on synthetic data.",
    discussion: """
      A step is a rollout over all frames, its loss and gradients, and an Adam update. Times are medians after one warm-up \
      step; data and weights depend on the seed alone.
      """)

  @OptionGroup var training: SyntheticTraining
  @Option(parsing: .unconditional, help: "Number of timed steps.") var repeats = 5
  @Flag(help: "Print one JSON object on standard output.") var json = false
  @Option(help: "Also write the initial weights, the grid and the data to this safetensors file.")
  var saveInputs: String?

  func validate() throws {
    try RepeatCount.check(["repeats": repeats])
    try ReplacedFile.require("safetensors", at: saveInputs, for: "--save-inputs") {
      (try? SafetensorsFile(reading: $0)) != nil
    }
  }

  func run() throws {
    let configuration = try training.configuration()
    try WorkerPool.withThreads(configuration.run.threads) { try measure(configuration) }
  }

  private func measure(_ configuration: TrainingConfiguration) throws {
    let benchmark = try training.benchmark(configuration)
    if let saveInputs { try benchmark.writeInputs(to: saveInputs) }
    let report = try Report(
      settings: self, configuration: configuration, threads: WorkerPool.threads, unroll: benchmark.unroll,
      measurement: benchmark.run(repeats: repeats))
    if json { try Console.printJSON(report) } else { try Console.print(report.table) }
  }

  /// The settings and what was measured with them.
  private struct Report: Encodable {
    let settings: BenchmarkSpeed
    let configuration: TrainingConfiguration
    let threads: Int
    let unroll: Int
    let measurement: SpeedMeasurement

    private var initialSteps: Int { configuration.model.initialSteps }

    /// The options that the model has of its own.
    private var own: [(name: String, value: EncodedOption)] {
      ConfigurationOptions().all.filter { $0.kind == type(of: configuration.model.description) }.map {
        option in
        // A list of one number is that number, which is for every axis.
        let text = option.declaration.text(in: configuration)
        let form = option.declaration.form.required
        guard case .list(let element) = form, text.words.count == 1 else {
          return (option.name, EncodedOption(text, form))
        }
        return (option.name, EncodedOption(.word(text.description), element))
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: OptionKey.self)
      func key(_ name: String) -> OptionKey { OptionKey(name.replacing("-", with: "_")) }
      try container.encode(configuration.model.name, forKey: key("model"))
      for (name, value) in own { try container.encode(value, forKey: key(name)) }
      try container.encode(settings.training.dimensions, forKey: key("dimensions"))
      try container.encode(settings.training.resolution, forKey: key("resolution"))
      try container.encode(configuration.data.batchSize, forKey: key("batch-size"))
      try container.encode(initialSteps, forKey: key("initial-steps"))
      try container.encode(settings.training.frames, forKey: key("frames"))
      try container.encode(unroll, forKey: key("unroll"))
      try container.encode(
        configuration.loss.activationCheckpointing, forKey: key("activation-checkpointing"))
      try container.encode(settings.training.dimensions + 2, forKey: key("variables"))
      try container.encode(settings.repeats, forKey: key("repeats"))
      try container.encode(configuration.run.seed, forKey: key("seed"))
      try container.encode(threads, forKey: key("threads"))
      try measurement.encode(to: encoder)
    }

    var table: String {
      let steps = measurement.allStepSeconds
      let range = "\(Self.seconds(steps.min() ?? 0)) to \(Self.seconds(steps.max() ?? 0))"
      let points = settings.training.shape.extents
      let megabytes = Int((Double(measurement.peakMemoryBytes) / 1e6).rounded())
      return """
        \(size), \(points) points, batch \(configuration.data.batchSize), \
        \(initialSteps) + \(settings.training.frames - initialSteps) frames (last \(unroll) differentiated), \
        \(threads) threads
        training step  \(Self.seconds(measurement.stepSeconds))  (\(range), \(steps.count) steps)
          forward      \(Self.seconds(measurement.forwardSeconds))
          backward     \(Self.seconds(measurement.backwardSeconds))
          update       \(Self.seconds(measurement.updateSeconds))
        first step     \(Self.seconds(measurement.firstStepSeconds))
        inference      \(Self.seconds(measurement.inferenceSeconds))
        TempBalance    \(Self.seconds(measurement.analysisSeconds))
        peak memory    \(megabytes) MB
        arithmetic     \(Self.billions(measurement.operationsPerSecond)) GFLOP/s, \
        \(Self.percent(measurement.shareOfPeak.operations)) of \
        \(Self.billions(measurement.peak.operationsPerSecond)) in large matrix products
        memory traffic \(Self.billions(measurement.bytesPerSecond)) GB/s at least, \
        \(Self.percent(measurement.shareOfPeak.bytes)) of \
        \(Self.billions(measurement.peak.bytesPerSecond)) in large copies
        loss           \(measurement.loss)
        """
    }

    /// What sets the model's size, in words.
    private var size: String {
      type(of: configuration.model.description).title + own.map { ", \($0.name) \($0.value.text)" }.joined()
    }

    private static func billions(_ value: Double) -> String { String(format: "%.1f", value / 1e9) }

    private static func percent(_ share: Double) -> String { "\(Int((100 * share).rounded())) %" }

    private static func seconds(_ value: Double) -> String {
      String(format: "%.4f s", value)
    }
  }
}
