public import Autodiff
import FieldMetrics
import Foundation
import Safetensors
import TensorCore
public import TextModels
public import Training

/// Fine-tuning of a text model on examples, as a task of the trainer.
public struct FineTuningTask: TrainingTask {
  /// A batch: its texts, and the number of its step, which what is dropped depends on.
  public struct Batch: Sendable {
    let examples: [Example]
    let step: Int
  }

  /// How batches are made.
  public struct Settings: Sendable {
    /// Texts a step.
    public var batchSize = 16
    /// Texts at a time in evaluation.
    public var evaluationBatchSize = 32
    /// The seed of the order of the texts and of what is dropped.
    public var seed: UInt64 = 0
    /// Whether anything is dropped.
    public var dropsOut = true

    /// The defaults.
    public init() {}
  }

  /// The model.
  public let model: any TextModel
  /// What is asked.
  public let task: TextTask
  /// LoRA's corrections; nil where the weights themselves are trained.
  public let adapters: LowRankAdapters?
  private let training: [Example]
  private let development: [Example]
  private let initial: Parameters
  /// The weights that are not trained.
  private let frozen: Parameters
  private let settings: Settings
  /// What a regression predicts differences from: the mean of the training texts' labels.
  private let mean: Double
  /// The bias that has the mean in it where others see the weights; nil unless the task is a regression.
  private let meanBias: String?

  /// A task.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - parameters: Its weights.
  ///   - task: What is asked.
  ///   - training: The training texts.
  ///   - development: The texts that are measured.
  ///   - adapter: LoRA's corrections to begin with; nil to train the weights themselves.
  ///   - newParameters: Which of the weights are new. A head that is not new goes on from its own predictions.
  ///   - settings: How batches are made.
  public init(
    _ model: any TextModel, parameters: Parameters, task: TextTask, training: [Example],
    development: [Example],
    adapter: AdapterFolder? = nil, newParameters: [String] = [], settings: Settings = Settings()
  ) {
    (self.model, self.task, self.training, self.development) = (model, task, training, development)
    (self.settings, self.adapters) = (settings, adapter?.adapters)
    mean =
      task == .regression ? training.reduce(0) { $0 + $1.value } / Double(max(training.count, 1)) : 0
    meanBias = task == .regression ? (model as? TextEncoder).map { "\($0.outputLayer).bias" } : nil
    var (own, rest) = (adapter?.parameters ?? parameters, Parameters())
    let isNewHead =
      meanBias.map { newParameters.contains($0) && adapter?.parameters.tensor(named: $0) == nil } ?? true
    for (name, tensor) in parameters where own.tensor(named: name) == nil {
      if model.isHead(name) { own.append(tensor, named: name) } else { rest.append(tensor, named: name) }
    }
    // A head that is not new predicts labels as they are in the files.
    if let meanBias, !isNewHead { own[meanBias] = Self.shifted(own[meanBias], by: -mean) }
    (initial, frozen) = (own, rest)
  }

  private static func shifted(_ bias: Tensor, by number: Double) -> Tensor {
    bias.map { $0 + Float(number) }
  }

  /// The weights that training starts from: the model's, or LoRA's with the head.
  public func initialParameters(seed: UInt64) -> Parameters { initial }

  /// The number of steps of an epoch; the last one may be of fewer texts.
  public var stepsPerEpoch: Int { max((training.count + settings.batchSize - 1) / settings.batchSize, 1) }

  /// The batches of an epoch, in an order that the seed and the epoch fix.
  public func batches(epoch: Int, from step: Int) -> () throws -> Batch? {
    var generator = CounterGenerator(seed: settings.seed, purpose: "order of texts", epoch: epoch)
    var order = Array(training.indices)
    for place in order.indices.dropLast() {
      order.swapAt(place, place + Int(generator.next() % UInt64(order.count - place)))
    }
    var next = step
    return { [order] in
      let start = next * settings.batchSize
      guard start < order.count else { return nil }
      let range = start..<min(start + settings.batchSize, order.count)
      defer { next += 1 }
      return Batch(examples: order[range].map { training[$0] }, step: epoch * stepsPerEpoch + next)
    }
  }

  /// The weights as the model sees them.
  private func whole(_ parameters: TracedParameters) -> TracedParameters {
    guard let adapters else { return parameters }
    return adapters.applied(
      to: parameters.replacing(frozen.map { ($0.name, Variable($0.tensor)) }, without: []))
  }

  /// The mean loss of a batch: cross entropy, or the squared error of a regression.
  public func loss(of batch: Batch, _ parameters: TracedParameters) throws -> Variable {
    let dropout =
      settings.dropsOut
      ? ModelDropout(model.configuration, seed: settings.seed, step: batch.step) : nil
    let logits = model.logits(Self.tokens(of: batch.examples), whole(parameters), dropout: dropout)
    switch task {
    case .classification: return logits.crossEntropy(classes: batch.examples.map(\.label))
    case .languageModel: return logits.crossEntropy(classes: Self.nextTokens(batch.examples.map(\.tokens)))
    case .regression:
      let targets = Tensor(batch.examples.map { Float($0.value - mean) }, shape: [batch.examples.count, 1])
      let error = logits - Variable(targets)
      return (error * error).mean()
    }
  }

  private static func tokens(of examples: [Example]) -> TokenBatch {
    TokenBatch(examples.map(\.tokens), types: examples.map(\.types))
  }

  /// The token after each; none after a text's last.
  public static func nextTokens(_ sequences: [[Int]]) -> [Int?] {
    sequences.flatMap { $0.dropFirst().map { Optional($0) } + [nil] }
  }

  /// Measures the weights on the development texts.
  public func evaluate(
    _ parameters: Parameters, progress: (_ done: Int, _ total: Int) throws -> Void
  ) throws -> Evaluation? {
    guard !development.isEmpty else { return nil }
    let traced = TracedParameters(constants: weights(parameters))
    // Texts of about equal length go together, so that no thread waits for a long one.
    let order = development.indices.sorted {
      (development[$0].tokens.count, $0) < (development[$1].tokens.count, $1)
    }
    var predictions = [Int](repeating: 0, count: development.count)
    var values = [Double](repeating: 0, count: development.count)
    var (lossSum, lossCount, done) = (0.0, 0, 0)
    for start in stride(from: 0, to: order.count, by: settings.evaluationBatchSize) {
      let places = order[start..<min(start + settings.evaluationBatchSize, order.count)]
      let batch = Self.tokens(of: places.map { development[$0] })
      let logits = model.logits(batch, traced, dropout: nil)
      guard logits.value.isFinite else { throw NotFinite("logit on the development texts") }
      switch task {
      case .classification:
        let classes = places.map { development[$0].label }
        lossSum += Double(logits.crossEntropy(classes: classes).value.scalar) * Double(places.count)
        lossCount += places.count
        let (elements, width) = (logits.value.elements, logits.shape[1])
        for (row, place) in places.enumerated() {
          let own = elements[(row * width)..<((row + 1) * width)]
          predictions[place] = (own.indices.max { own[$0] < own[$1] } ?? own.startIndex) - own.startIndex
        }
      case .regression:
        for (row, place) in places.enumerated() {
          values[place] = Double(logits.value.elements[row]) + mean
          lossSum += pow(values[place] - development[place].value, 2)
        }
        lossCount += places.count
      case .languageModel:
        let classes = Self.nextTokens(batch.sequences)
        let count = classes.count { $0 != nil }
        lossSum += Double(logits.crossEntropy(classes: classes).value.scalar) * Double(count)
        lossCount += count
      }
      done += places.count
      try progress(done, development.count)
    }
    return evaluation(loss: lossSum / Double(max(lossCount, 1)), predictions, values)
  }

  private func evaluation(loss: Double, _ predictions: [Int], _ values: [Double]) -> Evaluation {
    var measures = ["loss": loss]
    let score: Double
    switch task {
    case .classification:
      let labels = development.map(\.label)
      let classes = (model as? TextEncoder)?.labels ?? 2
      measures["accuracy"] = Scores.accuracy(predictions, labels)
      measures["F1"] = Scores.f1(predictions, labels, classes: classes)
      measures["Matthews"] = Scores.matthews(predictions, labels, classes: classes)
      score = 1 - (measures["accuracy"] ?? 0)
    case .regression:
      let expected = development.map(\.value)
      measures["Pearson"] = Scores.pearson(values, expected)
      measures["Spearman"] = Scores.spearman(values, expected)
      score = loss
    case .languageModel:
      measures["perplexity"] = exp(loss)
      score = loss
    }
    return Evaluation(metrics: Metrics(measures, samples: development.count), score: score)
  }

  /// The model's own weights, with LoRA's corrections in them.
  public func weights(_ parameters: Parameters) -> Parameters {
    guard let adapters else { return parameters }
    var all = frozen
    for (name, tensor) in parameters { all.append(tensor, named: name) }
    let merged = adapters.merged(all)
    return Parameters(model.shapes.map { ($0.name, merged[$0.name]) })
  }

  /// The weights for others: a regression predicts labels as they are in the files.
  public func finished(_ parameters: Parameters) -> Parameters {
    var whole = weights(parameters)
    if let meanBias { whole[meanBias] = Self.shifted(whole[meanBias], by: mean) }
    return whole
  }

  /// The weights of the blocks, with LoRA's corrections in them; the head and the tables of tokens are not balanced.
  public func balancedParameters(_ parameters: Parameters) -> Parameters {
    Parameters(
      weights(parameters).filter { name, _ in
        !model.isHead(name) && name != "lm_head.weight" && !name.contains("embed")
      })
  }

  /// Writes the model's own weights under the names of the library transformers.
  public func write(_ parameters: Parameters, to path: String) throws {
    try SafetensorsFile.write(
      finished(parameters).map { (name: $0.name, tensor: $0.tensor) }, metadata: ["format": "pt"], to: path)
  }

  /// LoRA's corrections with what was trained whole, for PEFT; nil where the weights themselves were trained.
  public func adapter(_ parameters: Parameters) -> AdapterFolder? {
    guard let adapters else { return nil }
    let finished = finished(parameters)
    return AdapterFolder(
      adapters,
      Parameters(parameters.map { ($0.name, finished.tensor(named: $0.name) ?? $0.tensor) }))
  }
}
