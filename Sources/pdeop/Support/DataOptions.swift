import ArgumentParser
import Logging
import NeuralOperators
import Options
import PDEData
import SystemFiles
import TensorCore
import Training

/// The options that say what of a file is read.
enum FieldPart: OptionSelection {
  static let options = DataPart.options.filter {
    ["variables", "axes", "inputs", "targets"].contains($0.name)
  }
}

/// Options shared by evaluation and prediction: a data set and which part of it.
struct DataOptions: ParsableArguments {
  @OptionGroup var values: DeclaredOptions<Values>

  @Flag(help: "Use all samples in the file, not only the test samples.")
  var allSamples = false

  /// Options of a training that say the same here, but for some defaults.
  enum Values: OptionSelection {
    static let options: [PresentedOption] = {
      let defaults: KeyValuePairs<String, String?> = [
        "data": nil, "test-data": nil, "validation-data": nil,
        "variables": "as the checkpoint or the file says",
        "axes": "the same", "inputs": "the same", "targets": "the same",
        "reduced-resolution": "as the checkpoint or prediction says, else 1",
        "reduced-resolution-t": "the same", "test-samples": "as the checkpoint says, else a tenth",
        "batch-size": nil, "cache-memory": nil, "threads": nil,
      ]
      let sentences = ["batch-size": "Samples that are predicted at a time; more take more memory."]
      let all = ConfigurationOptions()
      return defaults.flatMap { name, words in
        all[name].map { PresentedOption($0.declaration, saying: sentences[name], default: words) }
      }
    }()
  }

  /// Whether an option was given.
  func isGiven(_ name: String) -> Bool { values.given[name] != nil }

  /// The values of the options, checked.
  ///
  /// - Returns: The values.
  /// - Throws: `MissingOption` without data, `ConfigurationError` for a value that is out of range.
  func resolved() throws -> DataChoice {
    guard isGiven("data") else {
      throw MissingOption(
        "\(option: "data") is missing: name the data set, as in \(option: "data", "flows.hdf5").")
    }
    let configuration = try TrainingConfiguration(layers: [.init(values: values.given)])
    try configuration.validateValues()
    let data = configuration.data
    return DataChoice(
      data: data, resolution: isGiven("reduced-resolution") ? data.reducedResolution : nil,
      time: isGiven("reduced-resolution-t") ? data.reducedResolutionTime : nil,
      testSamples: data.testSamples, allSamples: allSamples, batchSize: data.batchSize,
      cacheMemory: data.cacheMemory.map { $0 << 20 }, threads: configuration.run.threads)
  }
}

/// A data set and which part of it.
struct DataChoice {
  let data: DataConfiguration
  /// Strides in space and time; nil for those of the checkpoint or prediction.
  let resolution, time: Int?
  let testSamples: Int?
  let allSamples: Bool
  let batchSize: Int
  /// Bytes.
  let cacheMemory: Int?
  let threads: Int?

  /// The checkpoint, a loader of data for it, and the samples to use.
  ///
  /// - Parameters:
  ///   - path: The checkpoint.
  ///   - isForecast: Whether it is enough that the data set has the frames that a rollout starts from.
  /// - Returns: The three.
  /// - Throws: What is wrong with the checkpoint or the data, or that they do not fit.
  func open(_ path: String, isForecast: Bool = false) throws -> (
    checkpoint: Checkpoint, loader: BatchLoader, samples: [Int]
  ) {
    let checkpoint = try Checkpoint(reading: path)
    let file = try data.open(unlessSaid: checkpoint.selection)
    let subsampling = checkpoint.subsampling(resolution: resolution, time: time, testSamples: testSamples)
    let loader = try checkpoint.loader(
      of: path, for: file, subsampling, cacheMemory: cacheMemory, given: isForecast)
    let samples = try allSamples ? Array(0..<file.samples) : subsampling.testSamples(of: file)
    return (checkpoint, loader, samples)
  }

  /// Checks that the data have the model's variables, by their names or in an order that was given, and says what people should know of
  /// predictions on them.
  ///
  /// - Parameters:
  ///   - checkpoint: The checkpoint.
  ///   - path: Its file.
  ///   - loader: Reads the data.
  /// - Throws: `CheckpointError` for other variables.
  func review(_ checkpoint: Checkpoint, of path: String, on loader: BatchLoader) throws(CheckpointError) {
    // Inputs may be named among the variables as well.
    let inputs = loader.inputs.map(\.name) + (data.inputs ?? [])
    let named = data.targets ?? data.variables?.filter { !inputs.contains($0) }
    try checkpoint.requireOwnVariables(
      of: path, loader.dataSet, byPlace: named == loader.variables.map(\.name))
    for note in checkpoint.notes(of: path, on: loader) { Console.say(note.spelled, .notice) }
  }
}
