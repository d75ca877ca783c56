import ArgumentParser
import Autodiff
import Foundation
import NeuralOperators
import Optimizers
import Performance
import TensorCore
import Training

struct BenchmarkSpeed: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "speed",
    abstract: "Time whole training steps on synthetic data.",
    discussion: """
      A step is a rollout over all frames with its loss, the gradients, and an update by Adam. One step to warm up is \
      not counted. The times are medians; data and weights depend on the seed alone.
      """)

  @Option(help: "The model to train.") var model = TrainingConfiguration.ModelKind.fno
  @Option(help: "Axes of a field, 1 to 3.") var dimensions = 2
  @Option(help: "Points along each axis.") var resolution = 64
  @Option(help: "Samples in a batch.") var batchSize = 20
  @Option(help: "FNO: Fourier modes kept along each axis.") var modes = 12
  @Option(help: "FNO: hidden channels.") var width = 20
  @Option(help: "U-Net: features of the first level.") var initFeatures = 32
  @Option(help: "Frames that a prediction starts from.") var initialSteps = 10
  @Option(help: "Frames of a sample, the first ones included.") var frames = 21
  @Option(help: "How many of the last predicted frames are differentiated (default: all).") var unroll: Int?
  @Flag(help: "Compute activations again in the backward pass: less memory, more time.")
  var activationCheckpointing = false
  @Option(help: "Steps that are timed.") var repeats = 5
  @Option(help: "Seed of weights and data.") var seed: UInt64 = 0
  @Option(help: "Threads (default: all cores).") var threads: Int?
  @Flag(help: "Print one JSON object on standard output.") var json = false
  @Option(help: "Also write the initial weights, the grid and the data to this safetensors file.")
  var saveInputs: String?

  func validate() throws {
    guard (1...3).contains(dimensions) else {
      throw ValidationError("--dimensions must be 1, 2 or 3, got \(dimensions).")
    }
    let counts = [
      ("resolution", resolution), ("batch-size", batchSize), ("modes", modes), ("width", width),
      ("init-features", initFeatures), ("initial-steps", initialSteps), ("repeats", repeats),
      ("threads", threads ?? 1),
    ]
    for (name, count) in counts where count < 1 {
      throw ValidationError("--\(name) must be at least 1, got \(count).")
    }
    guard frames > initialSteps else {
      throw ValidationError("--frames must be above --initial-steps (\(initialSteps)), got \(frames).")
    }
    if let unroll, !(1...(frames - initialSteps)).contains(unroll) {
      throw ValidationError(
        "--unroll must lie between 1 and the \(frames - initialSteps) predicted frames, got \(unroll).")
    }
    if let objection = network.objection(toShape: shape) { throw ValidationError("\(objection).") }
  }

  /// PDEBench's variables: density, pressure and a velocity for each axis.
  private var network: any NeuralOperator {
    let variables = dimensions + 2
    return switch model {
    case .fno:
      FNO(
        modes: Array(repeating: modes, count: dimensions), width: width, initialSteps: initialSteps,
        variables: variables)
    case .unet:
      UNet(
        dimensions: dimensions, initialFeatures: initFeatures, initialSteps: initialSteps,
        variables: variables)
    }
  }

  /// What sets the model's size, in words.
  private var size: String {
    switch model {
    case .fno: "FNO, \(modes) modes, width \(width)"
    case .unet: "U-Net, \(initFeatures) features"
    }
  }

  private var shape: [Int] { Array(repeating: resolution, count: dimensions) }

  func run() throws {
    if let threads { WorkerPool.threads = threads }
    let benchmark = SpeedBenchmark(
      model: network, shape: shape, batchSize: batchSize, frames: frames, unroll: unroll,
      checkpointsActivations: activationCheckpointing, seed: seed)
    if let saveInputs { try benchmark.writeInputs(to: saveInputs) }
    let report = try Report(
      settings: self, threads: WorkerPool.threads, unroll: benchmark.unroll,
      measurement: benchmark.run(repeats: repeats))
    if json { try Console.printJSON(report) } else { try Console.print(report.table) }
  }

  /// The settings and what was measured with them.
  private struct Report: Encodable {
    let settings: BenchmarkSpeed
    let threads: Int
    let unroll: Int
    let measurement: SpeedMeasurement

    private enum CodingKeys: String, CodingKey {
      case model, dimensions, resolution, modes, width, frames, unroll, variables, repeats, seed, threads
      case initFeatures = "init_features"
      case batchSize = "batch_size"
      case initialSteps = "initial_steps"
      case activationCheckpointing = "activation_checkpointing"
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(settings.model, forKey: .model)
      try container.encode(settings.dimensions, forKey: .dimensions)
      try container.encode(settings.resolution, forKey: .resolution)
      try container.encode(settings.batchSize, forKey: .batchSize)
      switch settings.model {
      case .fno:
        try container.encode(settings.modes, forKey: .modes)
        try container.encode(settings.width, forKey: .width)
      case .unet:
        try container.encode(settings.initFeatures, forKey: .initFeatures)
      }
      try container.encode(settings.initialSteps, forKey: .initialSteps)
      try container.encode(settings.frames, forKey: .frames)
      try container.encode(unroll, forKey: .unroll)
      try container.encode(settings.activationCheckpointing, forKey: .activationCheckpointing)
      try container.encode(settings.network.variables, forKey: .variables)
      try container.encode(settings.repeats, forKey: .repeats)
      try container.encode(settings.seed, forKey: .seed)
      try container.encode(threads, forKey: .threads)
      try measurement.encode(to: encoder)
    }

    var table: String {
      let steps = measurement.allStepSeconds
      let range = "\(Self.seconds(steps.min() ?? 0)) to \(Self.seconds(steps.max() ?? 0))"
      let points = settings.shape.map(String.init).joined(separator: "×")
      let megabytes = Int((Double(measurement.peakMemoryBytes) / 1e6).rounded())
      return """
        \(settings.size), \(points) points, batch \(settings.batchSize), \
        \(settings.initialSteps) + \(settings.frames - settings.initialSteps) frames (last \(unroll) differentiated), \
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

    private static func billions(_ value: Double) -> String { String(format: "%.1f", value / 1e9) }

    private static func percent(_ share: Double) -> String { "\(Int((100 * share).rounded())) %" }

    private static func seconds(_ value: Double) -> String {
      String(format: "%.4f s", value)
    }
  }
}
