public import TempBalance

/// TempBalance in training: analyzes the layers when it is time, and gives every parameter its share of the learning rate
/// or of the weight decay.
///
/// It is passed to a trainer as its rates:
///
/// ```swift
/// let balancing = LayerBalancing(schedule: BalancingSchedule())
/// let trainer = try Trainer(model: model, data: data, epochs: 100, rates: balancing)
/// ```
public final class LayerBalancing: ParameterRates {
  private let rule: BalancingRule
  private let weightDecay: Double
  private var balance = BalancingRule.Balance()
  /// What the layers train with, as of the last analysis or the beginning of the epoch; empty before, and without TempBalance.
  public private(set) var records: [LayerRecord] = []
  /// Takes the layers' records at the beginning of every epoch and after every analysis.
  var record: ([LayerRecord]) throws -> Void = { _ in }

  /// Balancing of layers.
  ///
  /// - Parameters:
  ///   - schedule: The way from scores to factors.
  ///   - analyzer: The way from weights to scores.
  ///   - kinds: The kinds of layers that are analyzed and balanced.
  ///   - interval: How often the layers are analyzed.
  ///   - shuffleSeed: The seed of an order in which layers, or blocks, get each other's factors, as a control; nil for each its
  ///     own.
  ///   - weightDecay: The optimizer's weight decay, for the records.
  public convenience init(
    schedule: BalancingSchedule, analyzer: LayerAnalyzer = LayerAnalyzer(),
    kinds: Set<LayerKind> = [.linear, .convolution], interval: UpdateInterval = .epochs(1),
    shuffleSeed: UInt64? = nil, weightDecay: Double = 0
  ) {
    self.init(
      BalancingRule(
        schedule: schedule, analyzer: analyzer, kinds: kinds, interval: interval, target: .learningRate,
        shuffleSeed: shuffleSeed),
      weightDecay: weightDecay)
  }

  /// - Parameters:
  ///   - rule: Turns weights into the layers' shares.
  ///   - weightDecay: The optimizer's weight decay, for the records.
  init(_ rule: BalancingRule, weightDecay: Double) {
    self.rule = rule
    self.weightDecay = weightDecay
  }

  /// Whether there is anything to balance.
  var isActive: Bool { rule.isActive }

  /// The layers at their last analysis, or as they are if there was none yet.
  func layers(of trainer: Trainer) throws -> [LayerScores] {
    try balance.layers.isEmpty
      ? rule.balance(trainer.task.balancedParameters(trainer.parameters)).layers : balance.layers
  }

  /// Analyzes the layers if it is time, and records them then and at the beginning of every epoch.
  public func stepBegins(_ trainer: Trainer) throws {
    guard rule.isActive else { return }
    let (epoch, step) = (trainer.epoch, trainer.step)
    let isDue = rule.interval.isDue(
      epoch: epoch, stepOfEpoch: step, step: epoch * trainer.task.stepsPerEpoch + step)
    if isDue {
      do {
        balance = try rule.balance(trainer.task.balancedParameters(trainer.parameters))
      } catch {
        // What training has led to is no fault of the weights that it began with.
        if case .nonFiniteWeights = error, epoch + step > 0 { throw NotFinite("weights") }
        throw error
      }
    }
    guard isDue || step == 0 else { return }
    records = balance.records(
      epoch: epoch, step: step, learningRate: trainer.learningRate, weightDecay: weightDecay)
    try record(records)
  }

  /// The rate of the parameter's layer.
  public func learningRate(of parameter: String, base: Double) -> Double {
    balance.learningRates.rate(ofParameter: parameter, base: base)
  }

  /// The factor of the parameter's layer.
  public func weightDecayFactor(of parameter: String) -> Double {
    balance.weightDecays.rate(ofParameter: parameter, base: 1)
  }

  /// The layers at their last analysis are kept.
  public var stateKey: String? { "balance" }

  /// Writes the last analysis.
  public func encodeState(to encoder: any Encoder) throws { try balance.encode(to: encoder) }

  /// Reads the last analysis.
  public func decodeState(from decoder: any Decoder) throws {
    let saved = try BalancingRule.Balance(from: decoder)
    let factors = Array(saved.learningRates.factors.values) + saved.weightDecays.factors.values
    guard factors.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
      throw StateFlaw(
        reason: "of factors of learning rates that they are \(factors.min() ?? 0) to \(factors.max() ?? 0)")
    }
    balance = saved
  }
}
