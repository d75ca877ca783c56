import NeuralOperators
package import Optimizers
import TempBalance

extension TrainingConfiguration {
  /// The optimizer of the configuration, without moments.
  func newOptimizer(for model: any NeuralOperator) -> any Optimizer {
    optimizer.kind.optimizer(
      for: OptimizerTask(
        weightDecay: optimizer.weightDecay, complexParameters: model.complexParameters))
  }

  /// The schedule of the configuration.
  package func newSchedule() -> any LearningRateSchedule {
    WarmUp(epochs: schedule.warmUpEpochs, then: schedule.kind.schedule(epochs: schedule.epochs))
  }
}

extension LayerAnalyzer {
  /// The configuration's way from weights to scores.
  init(_ configuration: TrainingConfiguration) {
    self.init(
      fit: configuration.tempbalance.fit, medianDivisor: configuration.tempbalance.xminPos,
      threshold: configuration.tempbalance.relativeThreshold.map { .relative($0) } ?? .absolute(1e-5),
      submatrices: configuration.tempbalance.farms.map { SubmatrixSampling(aspectRatio: $0) },
      lineConvolution: configuration.tempbalance.conv1d)
  }
}

extension BalancingSchedule {
  /// The configuration's way from scores to factors; none if layers are not to be balanced.
  init?(_ configuration: TrainingConfiguration) {
    let scale = configuration.tempbalance.scale
    let map: Map
    switch configuration.tempbalance.method {
    case .off: return nil
    case .sigmoid:
      map = .sigmoid(
        scaleBelow: configuration.tempbalance.scaleBelow ?? scale, scaleAbove: scale,
        steepness: configuration.tempbalance.steepness)
    case .linear: map = .linear(lowest: configuration.tempbalance.lowest, slope: scale)
    }
    self.init(
      map: map, score: configuration.tempbalance.score,
      minimumEigenvalues: configuration.tempbalance.minimumEigenvalues,
      leavesOutFirstLayer: [.first, .both].contains(configuration.tempbalance.leaveOut),
      leavesOutLastLayer: [.last, .both].contains(configuration.tempbalance.leaveOut),
      blocks: configuration.tempbalance.blocks.map { BlockPattern($0) },
      keepsMeanRate: configuration.tempbalance.keepMean,
      normalizationFollowsConvolution: configuration.tempbalance.normalizationFollows)
  }
}

extension UpdateInterval {
  /// How often the configuration has the layers analyzed.
  init(_ configuration: TrainingConfiguration) {
    self =
      switch configuration.tempbalance.intervalUnit {
      case .epochs: .epochs(configuration.tempbalance.interval)
      case .steps: .steps(configuration.tempbalance.interval)
      }
  }
}
