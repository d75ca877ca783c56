import Autodiff
import TempBalance
import TensorCore

/// TempBalance in a training run: analyses the layers when it is time, and gives every parameter its learning rate.
struct LayerBalancer {
  private let analyzer = LayerAnalyzer()
  private let schedule: BalancingSchedule?
  private let interval: UpdateInterval

  /// The result of the last analysis.
  struct Balance: Codable, Equatable {
    /// What each layer's rate is to the schedule's.
    var rates = LayerRates()
    /// The layers, in the model's order.
    var layers: [Layer] = []

    struct Layer: Codable, Equatable {
      let name: String
      let alpha: Double?
      let eigenvalues: Int
    }

    /// The layers as they train in an epoch.
    func records(epoch: Int, base: Double) -> [LayerRecord] {
      layers.map {
        LayerRecord(
          epoch: epoch, layer: $0.name, alpha: $0.alpha, eigenvalues: $0.eigenvalues,
          learningRate: rates.rate(ofLayer: $0.name, base: base))
      }
    }
  }

  init(_ configuration: TrainingConfiguration) {
    let map: BalancingSchedule.Map? =
      switch configuration.tempbalance {
      case .off: nil
      case .sigmoid:
        .sigmoid(scale: configuration.tempbalanceScale, steepness: configuration.tempbalanceSteepness)
      case .linear:
        .linear(lowest: configuration.tempbalanceLowest, slope: configuration.tempbalanceScale)
      }
    schedule = map.map {
      BalancingSchedule(map: $0, minimumEigenvalues: configuration.tempbalanceMinimumEigenvalues)
    }
    interval = .epochs(configuration.tempbalanceInterval)
  }

  /// Whether there is anything to balance.
  var isActive: Bool { schedule != nil }

  /// Analyses the layers if it is time, before the first step of an epoch.
  func update(_ balance: inout Balance, parameters: Parameters, epoch: Int) throws(TempBalanceError) {
    guard let schedule, interval.isDue(epoch: epoch, stepOfEpoch: 0, step: epoch) else { return }
    let weights = try LayerWeights.layers(in: parameters.map { (name: $0.name, value: $0.tensor) })
    let analyses = try analyzer.analyze(weights)
    balance.rates = schedule.rates(for: analyses)
    balance.layers = analyses.map {
      .init(name: $0.name, alpha: $0.alpha, eigenvalues: $0.spectrum.kept.count)
    }
  }
}
