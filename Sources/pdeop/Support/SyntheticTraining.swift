import ArgumentParser
import NeuralOperators
import Options
import Performance
import Training

/// What a benchmark trains on data of its own making.
struct SyntheticTraining: ParsableArguments {
  @OptionGroup var options: DeclaredOptions<Values>
  @Option(help: "Spatial dimensions, 1 to 3.") var dimensions = 2
  @Option(help: "Points along each axis.") var resolution = 64
  @Option(help: "Frames of a sample, including the initial ones.") var frames = 21

  /// Options of a training that say the same here.
  enum Values: OptionSelection {
    static let options: [PresentedOption] = {
      let all = ConfigurationOptions()
      let own = all.all.filter { $0.part == "model" && $0.kind != nil }.map(\.name)
      let names =
        ["model"] + own + [
          "initial-steps", "batch-size", "unroll", "activation-checkpointing", "seed", "threads",
        ]
      return all.names.filter(names.contains).compactMap { PresentedOption(all[$0]) }
    }()
  }

  func validate() throws {
    guard (1...3).contains(dimensions) else {
      throw ValidationError("--dimensions must be 1, 2 or 3, got \(dimensions).")
    }
    guard resolution > 0 else { throw ValidationError("--resolution must be at least 1, got \(resolution).") }
  }

  /// The values of a training's options, checked.
  func configuration() throws -> TrainingConfiguration {
    let layer = TrainingConfiguration.Layer(values: options.given)
    let configuration = try TrainingConfiguration(layers: [layer])
    try configuration.requireOwnOptions(in: layer)
    try configuration.validateValues()
    let initialSteps = configuration.model.initialSteps
    guard frames > initialSteps else {
      throw ValidationError("--frames must be above --initial-steps (\(initialSteps)), got \(frames).")
    }
    if let unroll = configuration.loss.unroll, max(unroll.first, unroll.last) > frames - initialSteps {
      throw ValidationError(
        "--unroll must be from 1 to the \(frames - initialSteps) predicted frames, got \(unroll.text).")
    }
    return configuration
  }

  /// The benchmark of a training's options.
  func benchmark(_ configuration: TrainingConfiguration) throws -> SpeedBenchmark {
    try BatchMemory.require(
      [shape + [configuration.data.batchSize, frames, dimensions + 2]],
      lowering: "--resolution, --frames or --batch-size")
    return SpeedBenchmark(
      model: try model(configuration), shape: shape, batchSize: configuration.data.batchSize, frames: frames,
      unroll: configuration.loss.unroll?.last,
      checkpointsActivations: configuration.loss.activationCheckpointing, seed: configuration.run.seed)
  }

  /// The model, for PDEBench's variables: density, pressure and a velocity for each axis.
  private func model(_ configuration: TrainingConfiguration) throws -> any NeuralOperator {
    let task = ModelTask(
      shape: shape, variables: dimensions + 2, initialSteps: configuration.model.initialSteps)
    let model: any NeuralOperator
    do {
      model = try configuration.model.description.model(for: task)
    } catch {
      throw ValidationError("\(error.reason.spelled).")
    }
    if let objection = model.objection(toShape: shape) { throw ValidationError("\(objection.spelled).") }
    return model
  }

  /// The extents of a field.
  var shape: [Int] { Array(repeating: resolution, count: dimensions) }
}
