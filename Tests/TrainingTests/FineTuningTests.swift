import Autodiff
import Foundation
import NeuralOperators
import Options
import PDEData
import Safetensors
import Symmetries
import TempBalance
import TensorCore
import TestSupport
import Testing
import Training

@Suite("Fine-tuning from a checkpoint") struct FineTuningTests {
  /// Small models of all kinds.
  static let models: [any ModelDescription] = {
    var dpot = DPOT.Description()
    (dpot.width, dpot.depth, dpot.channelBlocks, dpot.patch) = (16, 1, 2, 4)
    return [FNO.Description(modes: [4], width: 6), UNet.Description(initialFeatures: 2), dpot]
  }()

  /// A run on other data to start from.
  private static func pretrained(
    _ model: any ModelDescription = FNO.Description(modes: [4], width: 6),
    _ change: (inout TrainingConfiguration) -> Void = { _ in }
  ) throws -> TinyTraining {
    let training = try TinyTraining()
    try training.train("first") {
      $0.model.description = model
      $0.schedule.epochs = 1
      change(&$0)
    }
    return training
  }

  /// The configuration of a run that starts from the first.
  private static func configuration(
    _ training: TinyTraining, _ change: (inout TrainingConfiguration) -> Void = { _ in }
  ) throws -> TrainingConfiguration {
    var choice = training.configuration()
    choice.fineTuning.checkpoint = training.run("first").last
    var configuration = try choice.startingFromCheckpoint(of: choice)
    change(&configuration)
    return configuration
  }

  private static func last(_ training: TinyTraining, _ name: String) throws -> Checkpoint {
    try Checkpoint(reading: training.run(name).last)
  }

  @Test("without a step the weights and the scaling are the checkpoint's", arguments: models)
  func start(model: any ModelDescription) throws {
    let training = try Self.pretrained(model)
    let run = try TrainingRun(Self.configuration(training), in: training.run("second"))
    #expect(run.model.metadata["model"]?.hasPrefix(type(of: model).name) == true)
    let (first, second) = (try Self.last(training, "first"), try Self.last(training, "second"))
    #expect(first.parameters == second.parameters)
    #expect(first.formulation == second.formulation)
    #expect(run.trainedCount == run.parameterCount)
  }

  @Test("the scaling is the checkpoint's or the new samples'")
  func scaling() throws {
    let training = try Self.pretrained()
    func statistics(_ name: String, _ scaling: FineTuningConfiguration.Scaling) throws -> VariableStatistics?
    {
      let configuration = try Self.configuration(training) {
        $0.fineTuning.normalization = scaling
        $0.data.reducedBatch = 4
      }
      _ = try TrainingRun(configuration, in: training.run(name))
      return try Self.last(training, name).formulation.normalization.statistics
    }
    let own = try Self.last(training, "first").formulation.normalization.statistics
    #expect(try statistics("kept", .keep) == own)
    #expect(try statistics("target", .target) != own)
  }

  @Test("frozen parameters stay as they are, all others change", arguments: models)
  func freezing(model: any ModelDescription) throws {
    let training = try Self.pretrained(model)
    let pattern = ["fno": "conv*", "unet": "encoder*", "dpot": "blocks"][type(of: model).name] ?? ""
    let configuration = try Self.configuration(training) {
      $0.fineTuning.frozen = [pattern]
      $0.optimizer.weightDecay = 0.1
    }
    let run = try TrainingRun(configuration, in: training.run("second"))
    _ = try run.train()
    #expect(run.trainedCount < run.parameterCount)
    let (first, second) = (try Self.last(training, "first"), try Self.last(training, "second"))
    let buffers = first.model.buffers
    for (name, tensor) in second.parameters where !buffers.contains(name) {
      let isFrozen = name.hasPrefix(pattern.filter { $0 != "*" })
      #expect((tensor == first.parameters[name]) == isFrozen, "\(name)")
    }
  }

  @Test(
    "corrections change the layers' weights alone, and their file and the base make the checkpoint",
    arguments: models, [nil, 0.9])
  func lowRank(model: any ModelDescription, averaging decay: Double?) throws {
    let training = try Self.pretrained(model)
    let configuration = try Self.configuration(training) {
      $0.fineTuning.loraRank = 2
      $0.optimizer.averageWeights = decay
    }
    let run = try TrainingRun(configuration, in: training.run("second"))
    #expect(try Self.last(training, "second").parameters == Self.last(training, "first").parameters)
    _ = try run.train()
    let folder = training.run("second")
    let (first, second) = (try Self.last(training, "first"), try Self.last(training, "second"))
    #expect(first.parameters.names == second.parameters.names)
    #expect(first.parameters != second.parameters)
    for (name, tensor) in second.parameters
    where name.hasSuffix(".bias") && !first.model.buffers.contains(name) {
      // Biases of layers that are too small for a correction are trained.
      let layer = layerName(ofParameter: name)
      let weight = first.parameters.tensor(named: layer + ".weight")
      let isSmall =
        weight.map { $0.shape.count > 1 && min($0.shape[0], $0.count / $0.shape[0]) <= 2 } ?? false
      #expect((tensor == first.parameters[name]) == !isSmall, "\(name)")
    }
    let adapter = folder.checkpoints + "/last.lora.safetensors"
    let merged = training.folder.file("merged.safetensors")
    try Checkpoint.merge(adapter: adapter, into: training.run("first").last, to: merged)
    #expect(try Data(contentsOf: URL(filePath: merged)) == Data(contentsOf: URL(filePath: folder.last)))
    #expect(throws: CheckpointError.self) {
      try Checkpoint.merge(adapter: adapter, into: folder.last, to: training.folder.file("other.safetensors"))
    }
    #expect { try Checkpoint(reading: adapter) } throws: { error in
      guard case .adapterAlone(_, let base)? = error as? CheckpointError else { return false }
      return base == training.run("first").last
    }
  }

  @Test("corrections or a base that are not finite are refused by file and tensor", arguments: [true, false])
  func notFinite(ofCorrections: Bool) throws {
    let training = try Self.pretrained()
    let (base, folder) = (training.run("first").last, training.run("second"))
    let configuration = try Self.configuration(training) { $0.fineTuning.loraRank = 2 }
    _ = try TrainingRun(configuration, in: folder).train()
    let adapter = folder.checkpoints + "/last.lora.safetensors"
    let file = try SafetensorsFile(reading: ofCorrections ? adapter : base)
    let spoiled = ofCorrections ? "w0.lora_A.weight" : "w0.weight"
    let tensors = try file.names.map { name in
      let tensor = try file.tensor(named: name)
      return (name: name, tensor: name == spoiled ? tensor.map { _ in Float.nan } : tensor)
    }
    let damaged = training.folder.file("damaged.safetensors")
    try SafetensorsFile.write(tensors, metadata: file.metadata, to: damaged)
    #expect(throws: CheckpointError.notFinite(file: damaged, tensor: spoiled)) {
      try Checkpoint.merge(
        adapter: ofCorrections ? damaged : adapter, into: ofCorrections ? base : damaged,
        to: training.folder.file("merged.safetensors"))
    }
  }

  @Test(
    "a run with corrections stops and goes on to the same bits, at any number of threads, without its base")
  func resuming() throws {
    let training = try Self.pretrained()
    func configuration(_ threads: Int) throws -> TrainingConfiguration {
      try Self.configuration(training) {
        $0.fineTuning.loraRank = 2
        $0.loss.activationCheckpointing = true
        $0.tempbalance.method = .sigmoid
        $0.tempbalance.minimumEigenvalues = 2
        $0.run.threads = threads
      }
    }
    _ = try TrainingRun(configuration(1), in: training.run("whole")).train()
    let stopped = training.run("stopped")
    do {
      let run = try TrainingRun(configuration(3), in: stopped)
      try FileManager.default.removeItem(atPath: training.run("first").path)
      var steps = 0
      let summary = try run.train(shouldStop: {
        steps += 1
        return steps == 6
      })
      #expect(summary.outcome == .interrupted)
    }
    _ = try TrainingRun(resuming: stopped).train()
    #expect(try training.weights("stopped") == training.weights("whole"))
  }

  @Test("layers are balanced by the spectra of W + s·B·A")
  func balancing() throws {
    let training = try Self.pretrained(FNO.Description(modes: [4], width: 12))
    let configuration = try Self.configuration(training) {
      $0.fineTuning.loraRank = 2
      $0.fineTuning.loraAlpha = 64
      $0.fineTuning.loraLayers = ["w*"]
      $0.tempbalance.method = .sigmoid
      $0.tempbalance.minimumEigenvalues = 4
    }
    _ = try TrainingRun(configuration, in: training.run("second")).train()
    let records = try training.layers("second")
    // Frozen layers are not balanced.
    #expect(Set(records.map(\.layer.name)) == ["w0", "w1", "w2", "w3"])
    func scores(_ name: String) throws -> [Double?] {
      let parameters = try Self.last(training, name).parameters
      let layers = try LayerWeights.layers(
        in: parameters.filter { $0.name.hasPrefix("w") }.map { (name: $0.name, value: $0.tensor) })
      return try LayerAnalyzer().analyze(layers).map(\.alpha)
    }
    #expect(records.prefix(4).map(\.layer.alpha) == (try scores("first")))
    #expect(records.suffix(4).map(\.layer.alpha) != (try scores("first")))
  }

  @Test("the low-data formulation is kept")
  func formulation() throws {
    let training = try Self.pretrained {
      $0.formulation.predict = .increment
      $0.formulation.history = 2
      $0.formulation.periodic = .yes
      $0.formulation.canonical = .auto
      $0.formulation.conserve = .auto
      $0.loss.window = 3
    }
    let configuration = try Self.configuration(training) {
      $0.fineTuning.loraRank = 2
      $0.formulation.symmetrize = true
    }
    #expect(configuration.formulation.history == 2 && configuration.formulation.predict == .increment)
    _ = try TrainingRun(configuration, in: training.run("second")).train()
    let (first, second) = (try Self.last(training, "first"), try Self.last(training, "second"))
    #expect(second.formulation.canonical == first.formulation.canonical)
    #expect(second.formulation.increments == first.formulation.increments)
    #expect(second.formulation.numbers == first.formulation.numbers)
    #expect(first.formulation.symmetries == nil && second.formulation.symmetries != nil)
    let target = try Self.configuration(training) { $0.fineTuning.normalization = .target }
    _ = try TrainingRun(target, in: training.run("third"))
    #expect(try Self.last(training, "third").formulation.canonical == first.formulation.canonical)
  }

  @Test("a model that moves with the flow learns on from frames that lie unevenly in time, without windows")
  func unevenTimes() throws {
    let even = try Self.pretrained {
      $0.formulation.history = 2
      $0.formulation.periodic = .yes
      $0.formulation.canonical = .auto
    }
    let uneven = try TinyTraining(WaveFile().with { $0.time = { Double($0 * $0) / 100 } })
    let choice = uneven.configuration { $0.fineTuning.checkpoint = even.run("first").last }
    var settings = try LowDataRecipe(for: choice).configuration.startingFromCheckpoint(of: choice)
    #expect(settings.formulation.canonical.resolved([]).contains(.galilean))
    #expect(settings.loss.window == nil)
    (settings.data, settings.fineTuning) = (choice.data, choice.fineTuning)
    settings.schedule.epochs = 1
    _ = try TrainingRun(settings, in: uneven.run("second")).train()
  }

  @Test("what contradicts the checkpoint is refused by name")
  func contradiction() throws {
    let training = try Self.pretrained()
    let configuration = try Self.configuration(training) {
      $0.model.description = FNO.Description(modes: [4], width: 8)
    }
    #expect {
      _ = try TrainingRun(configuration, in: training.run("second"))
    } throws: { "\($0)".contains("width") && "\($0)".contains("6") }
    #expect(!FileManager.default.fileExists(atPath: training.run("second").path))
  }

  @Test(
    "a layer that begins with new weights may not be one that stays, by LoRA either",
    arguments: [nil, 2] as [Int?])
  func resetAndFrozen(rank: Int?) throws {
    let training = try Self.pretrained()
    let configuration = try Self.configuration(training) {
      $0.fineTuning.reset = ["fc2"]
      $0.fineTuning.frozen = ["fc*"]
      $0.fineTuning.loraRank = rank
    }
    #expect {
      _ = try TrainingRun(configuration, in: training.run("second"))
    } throws: { error in
      guard case .conflict(let reason)? = error as? ConfigurationError else { return false }
      return "\(reason)".contains("reset and freeze both name fc2,")
    }
    #expect(!FileManager.default.fileExists(atPath: training.run("second").path))
  }

  @Test("of a layer of which a part may not stay with new weights, that part is named")
  func resetAndFrozenPart() throws {
    let training = try Self.pretrained()
    let configuration = try Self.configuration(training) {
      $0.fineTuning.reset = ["fc1", "fc2"]
      $0.fineTuning.frozen = ["fc1", "fc2.bias"]
    }
    #expect {
      _ = try TrainingRun(configuration, in: training.run("second"))
    } throws: { error in
      guard case .conflict(let reason)? = error as? ConfigurationError else { return false }
      return "\(reason)".contains("reset and freeze both name fc1, fc2.bias,")
    }
  }

  @Test("a checkpoint of another kind of model than the chosen one is refused with both")
  func otherKind() throws {
    let training = try Self.pretrained()
    let configuration = try Self.configuration(training) {
      $0.model.description = UNet.Description(initialFeatures: 2)
    }
    #expect {
      _ = try TrainingRun(configuration, in: training.run("second"))
    } throws: { error in
      guard case .conflict(let reason)? = error as? ConfigurationError else { return false }
      return "\(reason)".contains("model unet contradicts") && "\(reason)".contains("trained with fno")
    }
  }

  @Test("files are read as the checkpoint's were, unless something else is said or they cannot be")
  func selection() throws {
    let training = try Self.pretrained {
      $0.data.targets = ["Vx"]
      $0.data.inputs = ["eta"]
    }
    var choice = training.configuration { $0.fineTuning.checkpoint = training.run("first").last }
    let settings = try choice.startingFromCheckpoint(of: choice)
    #expect(settings.data.targets == ["Vx"] && settings.data.inputs == ["eta"])
    #expect(try choice.readingAsCheckpoint().data == settings.data)
    let run = try TrainingRun(settings, in: training.run("second"))
    #expect(run.model.variables == 1 && run.model.staticInputs == 1)
    choice.data.targets = ["density"]
    let other = try choice.startingFromCheckpoint(of: choice).data
    #expect(other.targets == ["density"] && other.inputs == ["eta"])
    // A file without that input.
    choice.data.targets = nil
    choice.data.path = try WaveFile().with { $0.attributes = ["M": 0.1] }
      .write(to: training.folder.file("other.hdf5"))
    #expect(try choice.startingFromCheckpoint(of: choice).data == choice.data)
  }

  @Test("other variables need new layers at both ends, which the error names", arguments: models)
  func otherVariables(model: any ModelDescription) throws {
    let training = try Self.pretrained(model)
    func run(_ name: String, reset: [String]?, targets: [String]) throws -> TrainingRun {
      var choice = training.configuration()
      choice.fineTuning.checkpoint = training.run("first").last
      choice.data.targets = targets
      choice.fineTuning.reset = reset
      return try TrainingRun(choice.startingFromCheckpoint(of: choice), in: training.run(name))
    }
    let ends =
      [
        "fno": ["fc0", "fc2"], "unet": ["encoder1.enc1conv1", "conv"],
        "dpot": ["patch_embed.proj.0", "out_layer.4"],
      ][type(of: model).name] ?? []
    #expect {
      _ = try run("second", reset: nil, targets: ["density", "Vx"])
    } throws: { error in
      let text = "\(error)"
      return text.contains("density, pressure, Vx") && text.contains("density, Vx")
        && text.contains(ends.joined(separator: ","))
    }
    let new = try run("third", reset: ends, targets: ["density", "Vx"])
    let (first, start) = (try Self.last(training, "first"), try Self.last(training, "third"))
    var kept = 0
    for (name, tensor) in start.parameters where !start.model.buffers.contains(name) {
      let isReset = ends.contains(layerName(ofParameter: name))
      #expect((tensor == first.parameters.tensor(named: name)) == !isReset, "\(name)")
      kept += isReset ? 0 : 1
    }
    #expect(kept > 0)
    _ = try new.train()
    let third = try Self.last(training, "third")
    #expect(third.model.variables == 2 && first.model.variables == 3)
    #expect(third.formulation.normalization.statistics?.variables == ["density", "Vx"])
  }
}
