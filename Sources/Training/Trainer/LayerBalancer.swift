package import Autodiff
package import TempBalance

/// TempBalance in a training run: analyzes the layers when it is time, and gives every parameter its learning rate or its
/// weight decay.
package struct LayerBalancer {
  /// When the layers are analyzed.
  let interval: UpdateInterval
  private let analyzer: LayerAnalyzer
  private let schedule: BalancingSchedule?
  private let kinds: Set<LayerKind>
  private let target: TrainingConfiguration.BalancingTarget

  /// The result of the last analysis.
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
    target: TrainingConfiguration.BalancingTarget
  ) {
    self.schedule = schedule
    self.analyzer = analyzer
    self.kinds = kinds
    self.interval = interval
    self.target = target
  }

  package init(_ configuration: TrainingConfiguration) {
    self.init(
      schedule: BalancingSchedule(configuration), analyzer: LayerAnalyzer(configuration),
      kinds: Set(configuration.tempbalance.kinds), interval: UpdateInterval(configuration),
      target: configuration.tempbalance.target)
  }

  /// Whether there is anything to balance.
  var isActive: Bool { schedule != nil }

  /// Analyzes the layers.
  package func balance(_ parameters: Parameters) throws(TempBalanceError) -> Balance {
    guard let schedule else { return Balance() }
    let weights = try LayerWeights.layers(
      in: parameters.map { (name: $0.name, value: $0.tensor) }, kinds: kinds)
    let analyses = try analyzer.analyze(weights)
    let rates = schedule.rates(for: analyses)
    var balance = Balance()
    switch target {
    case .learningRate: balance.learningRates = rates
    case .weightDecay: balance.weightDecays = rates
    }
    balance.layers = analyses.map { LayerScores($0, isBalanced: rates.factors[$0.name] != nil) }
    return balance
  }
}
