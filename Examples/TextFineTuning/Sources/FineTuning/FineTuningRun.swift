import Autodiff
import FieldMetrics
import Foundation
import NeuralOperators
import Optimizers
import SystemFiles
public import TempBalance
import TensorCore
import TextModels
import Tokenizers
public import Training

/// A run of fine-tuning: its parts, made from the options, and its folder.
///
/// ```
/// options.json       all options, and checksums of the texts
/// steps.jsonl, metrics.jsonl, layers.jsonl, machine.jsonl, checkpoints/      as any run of the trainer
/// model/             the weights at the end, as the library transformers loads them
/// adapter/           LoRA's corrections at the end, as PEFT loads them
/// ```
public final class FineTuningRun {
  /// The options.
  public let options: RunOptions
  /// What is trained.
  public let task: FineTuningTask
  /// The trainer.
  public let trainer: Trainer
  /// The names of the classes in the order of the logits; empty where there are none.
  public let classes: [String]
  /// The number of training texts.
  public let trainingTexts: Int
  /// The layers whose weights are new.
  public let newParameters: [String]

  private let source: ModelFolder
  private let balancing: LayerBalancing?
  private let output: String?

  /// Makes a run, and resumes it where its folder already holds it.
  ///
  /// - Parameters:
  ///   - options: The options.
  ///   - output: The run's folder; nil to keep nothing.
  /// - Throws: ``Tokenizers/TextError`` for what cannot be used, or what reading and writing throw.
  public init(_ options: RunOptions, output: String?) throws {
    self.options = options
    self.output = output
    source = try ModelFolder(options.model)
    let isLanguageModel = options.task == .languageModel
    guard (source.configuration.architecture == .llama) == isLanguageModel else {
      throw TextError.usage(
        "The model in \(options.model) is of the kind '\(source.configuration.architecture.rawValue)', which is not for "
          + "\(options.task.rawValue): BERT and RoBERTa are for classification and regression, LLaMA for language-model."
      )
    }
    let tokenizer = try source.tokenizer()
    var training = try LabeledTexts(reading: options.train, for: options.task)
    let development = try LabeledTexts(reading: options.development, for: options.task)
    let labels = options.task == .classification ? training.classes : []
    if options.task == .classification { try Self.check(labels, in: options.train) }
    training.entries = Self.part(options.ratio, of: training.entries, seed: options.subsetSeed)
    let length = min(options.length, source.configuration.longestText)

    let model = try source.model(
      labels: isLanguageModel ? nil : options.task == .regression ? 1 : labels.count)
    let (parameters, new) = try source.parameters(of: model, seed: options.seed)
    newParameters = new
    let hasOldHead = (model as? TextEncoder).map { !new.contains("\($0.outputLayer).weight") } ?? false
    let classes = Self.order(labels, as: hasOldHead ? source.configuration.classNames : nil)
    self.classes = classes
    let (config, types) = (source.configuration.path, source.configuration.types)
    func examples(_ texts: LabeledTexts) throws -> [Example] {
      if !isLanguageModel, tokenizer.secondType >= types,
        texts.entries.contains(where: { !$0.second.isEmpty })
      {
        throw TextError.content(
          config, "type_vocab_size",
          "the model knows \(types) type of tokens, and the second texts of \(texts.path) have another; "
            + "give a model of two types, or texts without a second column")
      }
      return try texts.examples(for: options.task, tokenizer, length: length, classes: classes)
    }
    let (train, measured) = (try examples(training), try examples(development))
    guard !train.isEmpty else {
      throw TextError.content(options.train, nil, "no text has two tokens, so there is nothing to predict")
    }
    trainingTexts = train.count

    var settings = FineTuningTask.Settings()
    settings.batchSize = options.batchSize
    settings.seed = options.seed
    settings.dropsOut = !options.dropsNothing
    task = FineTuningTask(
      model, parameters: parameters, task: options.task, training: train, development: measured,
      adapter: try Self.adapter(options, model), newParameters: new, settings: settings)

    let isActive = options.balancing != .off
    balancing =
      isActive
      ? LayerBalancing(
        schedule: Self.schedule(options, model),
        analyzer: LayerAnalyzer(medianDivisor: options.medianDivisor), kinds: [.linear],
        interval: .steps(options.spectraEvery), shuffleSeed: options.shufflesFactors ? options.seed : nil,
        weightDecay: options.weightDecay) : nil
    var pace = Trainer.Settings()
    pace.learningRate = options.learningRate
    pace.epochs = options.epochs
    pace.evaluateEvery = options.evaluateEvery
    pace.clipGradients = options.clip
    pace.sharpnessRadius = options.samRadius
    pace.seed = options.seed
    let base: any Optimizer =
      switch options.optimizer {
      case .adamw: Adam(weightDecay: .decoupled(options.weightDecay))
      case .adafactor:
        Adafactor(weightDecay: options.weightDecay, scalesByParameters: false, usesRelativeStep: false)
      }
    trainer = Trainer(
      task, optimizer: SelectiveDecay(base, where: Self.isDecayed),
      schedule: LinearSchedule(warmUp: options.warmUp, epochs: options.epochs), settings: pace,
      rates: balancing)
    if let output { try keep(in: output) }
  }

  /// Whether a parameter has weight decay: matrices have, biases and normalizations have not.
  static func isDecayed(_ name: String) -> Bool {
    !name.hasSuffix(".bias") && !name.lowercased().contains("norm")
  }

  /// TempBalance's way from α to factors: one for each block.
  static func schedule(_ options: RunOptions, _ model: any TextModel) -> BalancingSchedule {
    BalancingSchedule(
      map: options.balancing == .linear
        ? .linear(lowest: options.lowest, slope: options.highest - options.lowest)
        : .sigmoid(scale: options.scale, steepness: options.steepness),
      minimumEigenvalues: options.minimumEigenvalues,
      blocks: BlockPattern(model is LLaMA ? "layers.*" : "layer.*"))
  }

  private static func check(_ labels: [String], in path: String) throws {
    guard labels.count > 1 else {
      throw TextError.content(
        path, nil, "all its labels are '\(labels.first ?? "")'; give texts of two classes or more")
    }
    guard labels.count <= TransformerConfiguration.mostLabels else {
      throw TextError.content(
        path, nil,
        "it has \(labels.count) labels, expected at most \(TransformerConfiguration.mostLabels); "
          + "name fewer classes, or ask for a regression where they are numbers")
    }
  }

  /// The classes in the order of the logits of a head: its names', if they are these labels in whatever case.
  private static func order(_ labels: [String], as names: [String]?) -> [String] {
    guard let names, names.count == labels.count else { return labels }
    if Set(names) == Set(labels) { return names }
    let own = Dictionary(labels.map { ($0.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
    let ordered = names.compactMap { own[$0.lowercased()] }
    return Set(ordered).count == labels.count ? ordered : labels
  }

  /// A part of the texts, at least one, in the file's order.
  static func part(_ ratio: Double, of entries: [LabeledTexts.Entry], seed: UInt64) -> [LabeledTexts.Entry] {
    guard ratio < 1 else { return entries }
    var generator = CounterGenerator(seed: seed, purpose: "part of the texts")
    let order = entries.indices.map { (key: generator.uniformDouble(), place: $0) }.sorted {
      ($0.key, $0.place) < ($1.key, $1.place)
    }
    let count = max(Int((ratio * Double(entries.count)).rounded()), 1)
    return order.prefix(count).map(\.place).sorted().map { entries[$0] }
  }

  private static func adapter(_ options: RunOptions, _ model: any TextModel) throws -> AdapterFolder? {
    if let folder = options.adapter { return try AdapterFolder(reading: folder, for: model) }
    guard let rank = options.loraRank else { return nil }
    let adapters = try AdapterFolder.adapters(
      of: model, layers: options.loraLayers ?? model.adaptedLayers, rank: rank,
      alpha: options.loraAlpha ?? Double(2 * rank))
    return AdapterFolder(adapters, Parameters(adapters.initialParameters(seed: options.seed)))
  }
}

extension FineTuningRun {
  /// What a run is: its options and its texts.
  private struct Identity: Codable, Equatable {
    var options: RunOptions
    var checksums: [String: String]
  }

  private func keep(in folder: String) throws {
    let path = "\(folder)/options.json"
    var checksums: [String: String] = [:]
    for file in [options.train, options.development] {
      // FNV-1a: tells a changed file, not a forged one.
      let hash = (FileManager.default.contents(atPath: file) ?? Data()).reduce(
        0xCBF2_9CE4_8422_2325 as UInt64
      ) {
        ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3
      }
      checksums[file] = String(hash, radix: 16)
    }
    let own = Identity(options: options, checksums: checksums)
    if let data = FileManager.default.contents(atPath: path) {
      guard let found = try? JSONDecoder().decode(Identity.self, from: data) else {
        throw TextError.content(path, nil, "it is no file of a run's options; choose another folder")
      }
      guard found == own else {
        throw TextError.usage(
          "\(folder) holds a run with other options or other texts, as \(path) says; resume it with the same ones, or choose another folder."
        )
      }
    }
    try trainer.keep(in: RunFolder(folder, companions: ["options.json", "model", "adapter"]))
    guard !FileManager.default.fileExists(atPath: path) else { return }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    try AtomicFile.replace(path, with: String(decoding: try encoder.encode(own), as: UTF8.self) + "\n")
  }

  /// Trains to the end or until asked to stop.
  ///
  /// - Parameter shouldStop: Whether to stop after this step; the state is saved then.
  /// - Returns: What it came to.
  /// - Throws: What training and writing throw.
  public func train(shouldStop: () -> Bool = { false }) throws -> FineTuningResult {
    let summary = try trainer.train(shouldStop: shouldStop)
    if let output, summary.outcome == .finished {
      let weights = task.finished(trainer.parameters)
      let meaning: LogitMeaning? =
        switch options.task {
        case .classification: .classes(classes)
        case .regression: .number
        case .languageModel: nil
        }
      try source.write(weights, of: task.model, meaning: meaning, to: "\(output)/model")
      try task.adapter(trainer.parameters)?.write(
        to: "\(output)/adapter", for: task.model, base: options.model)
    }
    let alphas = try imbalance()
    return FineTuningResult(
      outcome: summary.outcome.rawValue, run: output, trainingTexts: trainingTexts, classes: classes,
      epochs: summary.epochs, steps: summary.epochs * task.stepsPerEpoch, loss: summary.loss,
      metrics: summary.metrics?.values.compactMapValues(\.first) ?? [:],
      best: summary.bestEpoch.map { $0 + 1 }, seconds: summary.seconds, alphaMean: alphas?.alphaMean,
      alphaDeviation: alphas?.alphaStd)
  }

  /// How unevenly the layers are trained: mean and deviation of α over the layers of enough eigenvalues.
  public func imbalance() throws -> Imbalance? {
    let layers = try LayerWeights.layers(
      in: task.balancedParameters(trainer.parameters).map { (name: $0.name, value: $0.tensor) },
      kinds: [.linear])
    let analyses = try LayerAnalyzer(medianDivisor: options.medianDivisor).analyze(layers)
    return Imbalance(of: analyses.filter { $0.spectrum.keptCount >= options.minimumEigenvalues })
  }
}

/// What a run came to.
public struct FineTuningResult: Codable, Sendable {
  /// Why it ended.
  public let outcome: String
  /// Its folder.
  public let run: String?
  /// The number of training texts.
  public let trainingTexts: Int
  /// The names of the classes.
  public let classes: [String]
  /// Epochs that are done.
  public let epochs: Int
  /// Steps that are done, of whole epochs.
  public let steps: Int
  /// The mean loss of the last epoch.
  public let loss: Double?
  /// The last measures on the development texts.
  public let metrics: [String: Double]
  /// The epoch of the best measures, from 1.
  public let best: Int?
  /// Seconds of training.
  public let seconds: Double
  /// The mean of α over the layers.
  public let alphaMean: Double?
  /// The deviation of α over the layers.
  public let alphaDeviation: Double?

  private enum CodingKeys: String, CodingKey {
    case outcome, run, classes, epochs, steps, loss, metrics, seconds
    case trainingTexts = "training_texts"
    case best = "best_epoch"
    case alphaMean = "alpha_mean"
    case alphaDeviation = "alpha_std"
  }
}
