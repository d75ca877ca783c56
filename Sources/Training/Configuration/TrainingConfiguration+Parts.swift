import NeuralOperators
import Optimizers
import TempBalance

extension TrainingConfiguration {
  /// The optimizer of the configuration, without moments.
  func newOptimizer(for model: any NeuralOperator) -> any Optimizer {
    switch optimizer.kind {
    case .adam:
      Adam(
        weightDecay: .coupled(optimizer.weightDecay), complexMoment: complexMoment,
        complexParameters: model.complexParameters)
    case .adamw:
      Adam(
        weightDecay: .decoupled(optimizer.weightDecay), complexMoment: complexMoment,
        complexParameters: model.complexParameters)
    case .sgd:
      StochasticGradientDescent(momentum: optimizer.momentum, weightDecay: optimizer.weightDecay)
    case .adafactor:
      Adafactor(
        weightDecay: optimizer.weightDecay, scalesByParameters: optimizer.adafactorScaleParameters,
        usesRelativeStep: optimizer.adafactorRelativeStep,
        epsilons: (optimizer.adafactorEpsilon1, optimizer.adafactorEpsilon2),
        clippingThreshold: optimizer.adafactorClipThreshold, complexMoment: complexMoment,
        complexParameters: model.complexParameters)
    }
  }

  private var complexMoment: Adam.ComplexMoment {
    switch optimizer.secondMoment {
    case .shared: .shared
    case .separate: .separate
    }
  }
}

extension TrainingConfiguration {
  /// The schedule of the configuration.
  func newSchedule() -> any LearningRateSchedule {
    let decay: any LearningRateSchedule =
      switch schedule.kind {
      case .constant: ConstantSchedule()
      case .step: StepSchedule(epochs: schedule.step, factor: schedule.gamma)
      case .cosine: CosineSchedule(epochs: schedule.epochs)
      }
    return WarmUp(epochs: schedule.warmUpEpochs, then: decay)
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
