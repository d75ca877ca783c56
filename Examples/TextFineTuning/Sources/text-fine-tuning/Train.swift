public import ArgumentParser
import FieldMetrics
public import FineTuning
import Foundation
import TensorCore
import Training

extension TextTask: ExpressibleByArgument {}
extension RunOptions.OptimizerName: ExpressibleByArgument {}
extension RunOptions.Balancing: ExpressibleByArgument {}

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fine-tune a model on texts with labels.",
    discussion: """
      A line of a file of texts is the text, a tab and the label; or the first line names columns as GLUE's files do:
      text (sentence, sentence1, question, question1), for pairs text2 (sentence2, question2, sentence, passage), and
      label (score, is_duplicate, gold_label). A language model takes lines without labels.

      The defaults are the paper's settings: α of a block is the mean over its layers, the tail of a spectrum begins at N/1.5,
      layers under 50 eigenvalues and the head are left out, spectra are taken every 100 steps, the rate rises over 6 % of the
      steps and falls to 0, the weight decay is 0.1.

      With --output a run that is already there goes on where it was stopped, to the same bits.
      """)

  @Option(help: ArgumentHelp("The folder of the model.", valueName: "folder")) var model: String
  @Option(help: ArgumentHelp("The training texts.", valueName: "file")) var train: String
  @Option(help: ArgumentHelp("The texts that are measured.", valueName: "file")) var dev: String
  @Option(help: "What is asked of a text.") var task: TextTask
  @Option(help: "The part of the training texts to use, above 0 and up to 1.") var ratio = 1.0
  @Option(help: "The seed of that part; that of the run unless given.") var subsetSeed: UInt64?
  @Option(help: "The seed of new weights, of the order and of dropout.") var seed: UInt64 = 0
  @Option(help: "Passes over the training texts.") var epochs = 10
  @Option(help: "Texts a step.") var batchSize = 16
  @Option(help: "The most tokens of a text.") var maxLength = 128
  @Option(help: "The highest learning rate.") var learningRate = 2e-5
  @Option(help: "The share of the steps over which the rate rises.") var warmUp = 0.06
  @Option(help: "The weight decay of matrices.") var weightDecay = 0.1
  @Option(help: "The bound of the gradient's norm; 0 for none.") var clip = 1.0
  @Option(help: "The optimizer.") var optimizer = RunOptions.OptimizerName.adamw
  @Option(help: "The radius of sharpness-aware minimization (default: none of it).") var samRho: Double?
  @Option(help: "Train low-rank corrections of this rank, and the head (default: train all weights).")
  var loraRank: Int?
  @Option(help: "LoRA's α (default: twice the rank).") var loraAlpha: Double?
  @Option(
    help:
      "A layer that LoRA corrects, by the last part of its name; may be repeated (default: queries and values)."
  )
  var loraLayer: [String] = []
  @Option(help: ArgumentHelp("Go on with the corrections of this folder of PEFT's.", valueName: "folder"))
  var adapter: String?
  @Option(help: "How α becomes a factor of a layer's rate.") var tempbalance = RunOptions.Balancing.sigmoid
  @Option(help: "s of the sigmoid: factors lie between 10^(−s/2) and 10^(s/2).") var scale = 1.0
  @Option(help: "τ of the sigmoid.") var steepness = 10.0
  @Option(help: "The lowest factor of the linear map.") var lowest = 0.5
  @Option(help: "The highest factor of the linear map.") var highest = 1.5
  @Option(help: "The tail of N eigenvalues begins at the place N/this.") var xminPos = 1.5
  @Option(help: "Layers of fewer eigenvalues are left alone.") var minimumEigenvalues = 50
  @Option(help: "Steps between two looks at the spectra.") var spectraEvery = 100
  @Flag(help: "Give blocks each other's factors, as a control.") var shuffleFactors = false
  @Flag(help: "Drop nothing, whatever config.json says.") var noDropout = false
  @Option(help: "Epochs between two measurements; the last is always measured.") var evaluateEvery = 1
  @Option(help: ArgumentHelp("The folder of the run (default: nothing is kept).", valueName: "folder"))
  var output: String?
  @Option(help: "The number of threads (default: all cores).") var threads: Int?
  @Flag(help: "Print the result as JSON.") var json = false
  @Flag(help: "Say nothing on the way.") var quiet = false

  func validate() throws {
    func require(_ isRight: Bool, _ sentence: String) throws {
      guard isRight else { throw ValidationError(sentence) }
    }
    try require(ratio > 0 && ratio <= 1, "--ratio is above 0 and up to 1, not \(ratio).")
    try require(epochs > 0 && epochs < 1_000_000, "--epochs is 1 or more, not \(epochs).")
    try require(batchSize > 0 && batchSize <= 65536, "--batch-size is 1 to 65,536, not \(batchSize).")
    try require(maxLength > 2 && maxLength <= 1 << 20, "--max-length is 3 or more, not \(maxLength).")
    try require(learningRate > 0 && learningRate.isFinite, "--learning-rate is above 0, not \(learningRate).")
    try require((0..<1).contains(warmUp), "--warm-up is from 0 to below 1, not \(warmUp).")
    try require(weightDecay >= 0 && weightDecay.isFinite, "--weight-decay is 0 or more, not \(weightDecay).")
    try require(clip >= 0, "--clip is 0 or more, not \(clip).")
    try require(samRho.map { $0 > 0 && $0.isFinite } ?? true, "--sam-rho is above 0.")
    try require(loraRank.map { (1...4096).contains($0) } ?? true, "--lora-rank is 1 to 4,096.")
    try require(loraAlpha.map { $0 > 0 && $0.isFinite } ?? true, "--lora-alpha is above 0.")
    try require(
      loraAlpha == nil && loraLayer.isEmpty || loraRank != nil,
      "--lora-alpha and --lora-layer need --lora-rank.")
    try require(adapter == nil || loraRank == nil, "--adapter brings its own rank; leave --lora-rank out.")
    try require(steepness > 0 && scale >= 0, "--steepness is above 0 and --scale not negative.")
    try require(lowest > 0 && highest >= lowest, "--lowest is above 0 and --highest not below it.")
    try require(xminPos > 1, "--xmin-pos is above 1, not \(xminPos).")
    try require(spectraEvery > 0 && evaluateEvery > 0, "--spectra-every and --evaluate-every are 1 or more.")
    try require(!shuffleFactors || tempbalance != .off, "--shuffle-factors needs --tempbalance.")
    try require(threads.map { $0 > 0 && $0 <= 1024 } ?? true, "--threads is 1 or more.")
  }

  private var options: RunOptions {
    var options = RunOptions(model: model, train: train, development: dev, task: task)
    options.ratio = ratio
    options.subsetSeed = subsetSeed ?? seed
    options.seed = seed
    options.epochs = epochs
    options.batchSize = batchSize
    options.length = maxLength
    options.learningRate = learningRate
    options.warmUp = warmUp
    options.weightDecay = weightDecay
    options.clip = clip > 0 ? clip : nil
    options.optimizer = optimizer
    options.samRadius = samRho
    options.loraRank = loraRank
    options.loraAlpha = loraAlpha
    options.loraLayers = loraLayer.isEmpty ? nil : loraLayer
    options.adapter = adapter
    options.balancing = tempbalance
    options.scale = scale
    options.steepness = steepness
    options.lowest = lowest
    options.highest = highest
    options.medianDivisor = xminPos
    options.minimumEigenvalues = minimumEigenvalues
    options.spectraEvery = spectraEvery
    options.shufflesFactors = shuffleFactors
    options.dropsNothing = noDropout
    options.evaluateEvery = evaluateEvery
    return options
  }

  func run() throws {
    Interruption.watch()
    try WorkerPool.withThreads(threads) {
      let run = try FineTuningRun(options, output: output)
      let reporter = Reporter(isQuiet: quiet)
      if !run.newParameters.isEmpty {
        reporter.say(
          "\(run.trainingTexts) training texts; new weights: \(run.newParameters.joined(separator: ", "))")
      }
      run.trainer.add(ProgressObserver { reporter.show($0) })
      let result = try run.train { Interruption.isWanted }
      reporter.end()
      if json { try printJSON(result) } else { print(Self.table(result, run.trainer.history)) }
      guard result.outcome != "interrupted" else {
        reporter.say(
          output.map { "Stopped; the same command goes on with \($0)." }
            ?? "Stopped; nothing was kept without --output.")
        throw ExitCode(130)
      }
    }
  }

  /// Losses and measures of all epochs that were measured.
  static func table(_ result: FineTuningResult, _ history: [EpochRecord]) -> String {
    let names = ["accuracy", "F1", "Matthews", "Pearson", "Spearman", "perplexity"].filter {
      result.metrics[$0] != nil
    }
    func row(_ cells: [String]) -> String {
      cells.map { String(repeating: " ", count: max(12 - $0.count, 0)) + $0 }.joined()
    }
    func text(_ value: Double) -> String { String(format: value >= 1000 ? "%.1f" : "%.4f", value) }
    var lines = [row(["epoch", "loss", "dev loss"] + names)]
    for record in history {
      guard let metrics = record.metrics else { continue }
      lines.append(
        row(
          ["\(record.epoch + 1)", text(record.loss), text(metrics["loss"])] + names.map { text(metrics[$0]) })
      )
    }
    lines.append("")
    if let mean = result.alphaMean, let deviation = result.alphaDeviation {
      lines.append("α over the layers: \(text(mean)) ± \(text(deviation))")
    }
    lines.append(
      "\(result.trainingTexts) training texts, \(result.steps) steps, \(String(format: "%.1f", result.seconds)) s"
        + (result.run.map { "; kept in \($0)" } ?? ""))
    return lines.joined(separator: "\n")
  }
}

/// Says on the standard error how far a run is: a line that is written over on a terminal, one every ten seconds elsewhere.
final class Reporter {
  private let isQuiet: Bool
  private let isTerminal = isatty(2) == 1
  private var last: ContinuousClock.Instant?
  private var hasLine = false

  init(isQuiet: Bool) { self.isQuiet = isQuiet }

  func say(_ line: String) {
    guard !isQuiet else { return }
    end()
    TextFineTuning.say(line)
  }

  func show(_ progress: TrainingProgress) {
    let now = ContinuousClock.now
    guard !isQuiet, last.map({ now - $0 > (isTerminal ? .milliseconds(200) : .seconds(10)) }) ?? true else {
      return
    }
    last = now
    let what = progress.activity == .training ? "step" : "measuring text"
    var line = "epoch \(progress.epoch + 1)/\(progress.epochs), \(what) \(progress.done)/\(progress.total)"
    if let loss = progress.loss { line += String(format: ", loss %.4f", loss) }
    let (low, high) = (progress.learningRates.lowerBound, progress.learningRates.upperBound)
    line +=
      low < high ? String(format: ", rates %.2g to %.2g", low, high) : String(format: ", rate %.2g", low)
    if let left = progress.secondsLeft { line += String(format: ", %.0f s left", left) }
    guard isTerminal else { return TextFineTuning.say(line) }
    FileHandle.standardError.write(Data("\r\u{1B}[K\(line)".utf8))
    hasLine = true
  }

  func end() {
    if hasLine { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    hasLine = false
  }
}
