public import Autodiff
import Foundation
public import NeuralOperators
public import PDEData
public import Safetensors
import TensorCore

/// A model with its weights, and how data must be prepared for it.
public struct Checkpoint: Sendable {
  /// The model.
  public let model: any NeuralOperator
  /// Its weights.
  public let parameters: Parameters
  /// The formulation that it was trained in.
  public let formulation: Formulation
  /// The part of a data set that it was trained for: strides in space and time, and the number of test samples.
  public let subsampling: Subsampling
  /// What the data set holds that it was trained on, of a mixture the first; nil where that is not known.
  public let fingerprint: DataFingerprint?
  /// What was read of its files.
  public let selection: FieldSelection
  /// The statistics of the samples that it was trained on; nil where they are not known.
  public let statistics: VariableStatistics?
  /// The time between its frames; nil where that is not known.
  public let frameInterval: Double?
  /// Whether it was trained on a mixture of data sets with different variables, so that data may lack some of its own.
  public let mixesVariables: Bool

  /// A model and its weights.
  public init(
    model: any NeuralOperator, parameters: Parameters, formulation: Formulation,
    subsampling: Subsampling = Subsampling(), fingerprint: DataFingerprint? = nil,
    selection: FieldSelection = FieldSelection(), statistics: VariableStatistics? = nil,
    frameInterval: Double? = nil, mixesVariables: Bool = false
  ) {
    self.mixesVariables = mixesVariables
    self.selection = selection
    self.statistics = statistics ?? formulation.normalization.statistics
    self.frameInterval = frameInterval
    self.model = model
    self.parameters = parameters
    self.formulation = formulation
    self.subsampling = subsampling
    self.fingerprint = fingerprint
  }

  /// Reads weights under PDEBench's names, from this program or any other.
  ///
  /// The model follows from the file's metadata, checked against the shapes, or from the shapes alone, which determine
  /// it. Layers that PDEBench's FNO3d has in its state dictionary and never uses (`bn0` to `bn3`) are passed over.
  ///
  /// - Parameters:
  ///   - path: A safetensors file, or a checkpoint or state dictionary of PyTorch's.
  ///   - models: The models that the weights can be of.
  /// - Throws: `SafetensorsError` for a broken file, ``CheckpointError`` for weights of no known model.
  public init(reading path: String, models: ModelRegistry = .standard) throws {
    let file = try WeightFile(reading: path)
    model = try file.model(of: models)
    parameters = try Self.parameters(of: model, in: file)
    let formulation = try Self.formulation(of: model, in: file)
    self.formulation = formulation
    statistics =
      try Self.statistics(Self.statisticsKey, in: file, variables: model.variables)
      ?? formulation.normalization.statistics
    frameInterval = file.metadata[Self.intervalKey].flatMap { Double($0) }
    mixesVariables = Self.mixesVariables(in: file)
    selection = Self.selection(of: file)
    func number(_ key: String) -> Int? { file.metadata[key].flatMap { Int($0) } }
    subsampling = Subsampling(
      reducedResolution: number(Self.resolutionKey) ?? 1, reducedResolutionTime: number(Self.timeKey) ?? 1,
      testSamples: number(Self.testSamplesKey))
    fingerprint = file.metadata[Self.fingerprintKey].flatMap {
      try? JSONDecoder().decode(DataFingerprint.self, from: Data($0.utf8))
    }
  }

  /// What was read of the files that weights were trained on, as far as their file says so.
  static func selection(of file: WeightFile) -> FieldSelection {
    file.metadata[selectionKey].flatMap {
      try? JSONDecoder().decode(FieldSelection.self, from: Data($0.utf8))
    } ?? FieldSelection()
  }

  /// The formulation that a file's model was trained in; reads no weight.
  ///
  /// - Parameters:
  ///   - model: The file's model.
  ///   - file: The file of weights.
  /// - Returns: The formulation, PDEBench's without any scaling where the file says nothing.
  /// - Throws: ``CheckpointError`` for a formulation or a scaling that does not suit the model.
  static func formulation(of model: any NeuralOperator, in file: WeightFile) throws -> Formulation {
    let record = try Self.record(in: file, model)
    let ownInputs = model.staticInputs - (record?.extraInputs ?? 0)
    let normalization = Normalization(
      try Self.statistics(normalizationKey, in: file, variables: model.variables),
      inputs: try Self.statistics(inputsKey, in: file, variables: ownInputs))
    return record.map { Formulation(normalization, $0) }
      ?? Formulation(normalization, initialSteps: model.initialSteps)
  }

  /// Whether a file's model was trained on a mixture of data sets with different variables, as files of earlier versions do not say.
  static func mixesVariables(in file: WeightFile) -> Bool { file.metadata[mixtureKey] == "true" }

  /// How many frames a rollout of a file's model is given; reads no weight.
  ///
  /// - Parameters:
  ///   - file: The file of weights.
  ///   - models: The models that they can be of.
  /// - Returns: The number of frames.
  /// - Throws: ``CheckpointError`` for weights of no known model, or a formulation that does not suit it.
  static func initialSteps(in file: WeightFile, models: ModelRegistry) throws -> Int {
    let model = try file.model(of: models)
    return try Self.record(in: file, model)?.initialSteps ?? model.initialSteps
  }

  /// Reads the weights of a given model.
  ///
  /// - Parameters:
  ///   - model: What the weights are for.
  ///   - file: The file of weights.
  /// - Returns: The weights in the model's order.
  /// - Throws: ``CheckpointError`` where a tensor is missing, has another shape or is not finite.
  static func parameters(of model: any NeuralOperator, in file: WeightFile) throws -> Parameters {
    var result = Parameters()
    for (name, expected) in model.initialParameters(seed: 0) {
      guard file.shape(of: name) != nil else {
        throw CheckpointError.missingTensor(file: file.path, tensor: name)
      }
      result.append(try file.weight(named: name, shape: expected.shape), named: name)
    }
    return result
  }

  /// The names of a file's parameters in the order of its model, if it is one of `NeuralOperators`.
  ///
  /// - Parameter file: The file of weights.
  /// - Returns: `nil` for the weights of any other model.
  public static func parameterNames(in file: WeightFile) -> [String]? {
    (try? file.model())?.initialParameters(seed: 0).map(\.name)
  }

  private static func statistics(
    _ key: String, in file: WeightFile, variables: Int
  ) throws -> VariableStatistics? {
    guard let text = file.metadata[key] else { return nil }
    do {
      let statistics = try JSONDecoder().decode(VariableStatistics.self, from: Data(text.utf8))
      let count = VariableStatistics.count(variables: variables, frames: statistics.frames)
      guard statistics.variables.count == variables, statistics.mean.count == count,
        statistics.standardDeviation.count == count, statistics.minimum?.count ?? count == count,
        statistics.maximum?.count ?? count == count
      else {
        throw CheckpointError.normalization(file: file.path, variables: variables)
      }
      return statistics
    } catch is DecodingError {
      throw CheckpointError.normalization(file: file.path, variables: variables)
    }
  }

  /// What a file says of the formulation, checked against its model; nil for PDEBench's.
  private static func record(
    in file: WeightFile, _ model: any NeuralOperator
  ) throws -> Formulation.Record? {
    guard let text = file.metadata[formulationKey] else { return nil }
    do {
      let record = try JSONDecoder().decode(Formulation.Record.self, from: Data(text.utf8))
      if let flaw = record.flaw(for: model) {
        throw CheckpointError.formulation(file: file.path, reason: flaw)
      }
      return record
    } catch is DecodingError {
      throw CheckpointError.formulation(file: file.path, reason: "it is in no known form")
    }
  }

  private static let formulationKey = "formulation"
  private static let normalizationKey = "normalization"
  private static let inputsKey = "input_normalization"
  private static let statisticsKey = "data_statistics"
  private static let selectionKey = "fields"
  private static let intervalKey = "frame_interval"
  private static let mixtureKey = "mixes_variables"
  private static let resolutionKey = "reduced_resolution"
  private static let timeKey = "reduced_resolution_t"
  private static let testSamplesKey = "test_samples"
  private static let fingerprintKey = "data_fingerprint"

  /// What a file says beside the weights.
  func metadata() throws -> [String: String] {
    var metadata = model.metadata
    metadata["format"] = "pt"
    metadata["pdeop_version"] = Version.current
    metadata[Self.resolutionKey] = "\(subsampling.reducedResolution)"
    metadata[Self.timeKey] = "\(subsampling.reducedResolutionTime)"
    metadata[Self.testSamplesKey] = subsampling.testSamples.map { "\($0)" }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    func text(_ value: (some Encodable)?) throws -> String? {
      try value.map { String(decoding: try encoder.encode($0), as: UTF8.self) }
    }
    let normalization = formulation.normalization
    metadata[Self.normalizationKey] = try text(normalization.statistics)
    metadata[Self.inputsKey] = try text(normalization.inputs)
    metadata[Self.statisticsKey] = try statistics == normalization.statistics ? nil : text(statistics)
    metadata[Self.formulationKey] = try text(formulation.record(history: model.initialSteps))
    metadata[Self.selectionKey] = try selection.isEmpty ? nil : text(selection)
    metadata[Self.intervalKey] = frameInterval.map { "\($0)" }
    metadata[Self.mixtureKey] = mixesVariables ? "true" : nil
    metadata[Self.fingerprintKey] = try text(fingerprint)
    return metadata
  }

  /// Writes the weights under PDEBench's names; the file appears whole or not at all.
  ///
  /// - Parameter path: The safetensors file.
  /// - Throws: If it cannot be written.
  public func write(to path: String) throws {
    try SafetensorsFile.write(
      parameters.map { (name: $0.name, tensor: $0.tensor) }, metadata: metadata(), to: path)
  }
}
