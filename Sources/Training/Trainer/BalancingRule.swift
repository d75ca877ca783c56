package import Autodiff
import MessagePassing
package import TempBalance
import TensorCore

/// Turns weights into each layer's share of the learning rate or the weight decay.
///
/// It knows no time: ``LayerBalancing`` applies it when an analysis is due.
package struct BalancingRule {
  /// How often an analysis is due.
  let interval: UpdateInterval
  private let analyzer: LayerAnalyzer
  private let schedule: BalancingSchedule?
  private let kinds: Set<LayerKind>
  private let target: TrainingConfiguration.BalancingTarget
  /// The seed of the order in which factors change places; nil where each layer has its own.
  private let shuffleSeed: UInt64?

  /// The result of an analysis.
  package struct Balance: Codable, Equatable {
    /// What each layer's learning rate is to the schedule's.
    var learningRates = LayerRates()
    /// What each layer's weight decay is to the optimizer's.
    var weightDecays = LayerRates()
    /// The layers, in the model's order.
    var layers: [LayerScores] = []

    private enum CodingKeys: String, CodingKey {
      case layers
      case learningRates = "learning_rates"
      case weightDecays = "weight_decays"
    }

    /// The layers as they train from a step on.
    func records(epoch: Int, step: Int, learningRate: Double, weightDecay: Double) -> [LayerRecord] {
      layers.map {
        LayerRecord(
          epoch: epoch, step: step, layer: $0,
          learningRate: learningRates.rate(ofLayer: $0.name, base: learningRate),
          weightDecay: weightDecays.rate(ofLayer: $0.name, base: weightDecay))
      }
    }
  }

  init(
    schedule: BalancingSchedule?, analyzer: LayerAnalyzer, kinds: Set<LayerKind>, interval: UpdateInterval,
    target: TrainingConfiguration.BalancingTarget, shuffleSeed: UInt64? = nil
  ) {
    self.schedule = schedule
    self.analyzer = analyzer
    self.kinds = kinds
    self.interval = interval
    self.target = target
    self.shuffleSeed = shuffleSeed
  }

  package init(_ configuration: TrainingConfiguration) {
    self.init(
      schedule: BalancingSchedule(configuration), analyzer: LayerAnalyzer(configuration),
      kinds: Set(configuration.tempbalance.kinds), interval: UpdateInterval(configuration),
      target: configuration.tempbalance.target,
      shuffleSeed: configuration.tempbalance.shuffle ? configuration.run.seed : nil)
  }

  /// Whether there is anything to balance.
  var isActive: Bool { schedule != nil }

  /// Analyzes the layers.
  package func balance(_ parameters: Parameters) throws(TempBalanceError) -> Balance {
    guard let schedule else { return Balance() }
    let weights = try LayerWeights.layers(
      in: parameters.map { (name: $0.name, value: $0.tensor) }, kinds: kinds)
    let analyses = try analyzer.analyze(weights) { count, eigenvalues throws(TempBalanceError) in
      try Self.eigenvalues(count, in: .current, eigenvalues)
    }
    let own = schedule.rates(for: analyses)
    let rates =
      shuffleSeed.map { own.shuffled(analyses.map(\.name), blocks: schedule.blocks, seed: $0) } ?? own
    var balance = Balance()
    switch target {
    case .learningRate: balance.learningRates = rates
    case .weightDecay: balance.weightDecays = rates
    }
    balance.layers = analyses.map { LayerScores($0, isBalanced: rates.factors[$0.name] != nil) }
    return balance
  }

  /// The eigenvalues of matrices, of which each rank takes every P-th: with the longest work first these are about equal.
  private static func eigenvalues(
    _ count: Int, in group: RankGroup, _ eigenvalues: (_ place: Int) throws(TempBalanceError) -> [Double]
  ) throws(TempBalanceError) -> [[Double]] {
    guard group.isShared else { return try parallelMap(count, eigenvalues) }
    let places = Array(stride(from: group.rank, to: count, by: group.size))
    let own = try parallelMap(places.count) { place throws(TempBalanceError) in try eigenvalues(places[place])
    }
    let counts = group.gather(own.map { Double($0.count) })
    let values = group.gather(own.flatMap { $0 })
    var result = [[Double]](repeating: [], count: count)
    for rank in 0..<group.size {
      var start = 0
      for (place, length) in counts[rank].enumerated() {
        let end = start + Int(length)
        result[place * group.size + rank] = Array(values[rank][start..<end])
        start = end
      }
    }
    return result
  }
}

extension LayerRates {
  /// The same factors, each at another layer or, where layers share one, at another block: the order is cut at a random place of a
  /// random order of them, so that none keeps its own.
  ///
  /// - Parameters:
  ///   - layers: The layers in the model's order.
  ///   - blocks: Which layers share a factor.
  ///   - seed: Fixes the order.
  /// - Returns: The factors in their new places.
  fileprivate func shuffled(_ layers: [String], blocks: BlockPattern?, seed: UInt64) -> LayerRates {
    var units: [(name: String, members: [String])] = []
    for layer in layers where factors[layer] != nil {
      let name = blocks?.block(of: layer) ?? layer
      if let place = units.firstIndex(where: { $0.name == name }) {
        units[place].members.append(layer)
      } else {
        units.append((name, [layer]))
      }
    }
    var generator = CounterGenerator(seed: seed, purpose: .control)
    let order = units.map { (key: generator.uniformDouble(), unit: $0) }.sorted { $0.key < $1.key }.map(
      \.unit)
    var moved: [String: Double] = [:]
    for place in order.indices {
      let source = order[(place + 1) % order.count].members[0]
      for member in order[place].members { moved[member] = factors[source] }
    }
    return LayerRates(factors: moved, normalizationFollowsConvolution: normalizationFollowsConvolution)
  }
}
