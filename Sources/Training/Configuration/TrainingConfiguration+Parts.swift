import NeuralOperators
import Optimizers
import PDEData
import TempBalance

extension TrainingConfiguration {
  /// Which part of the data set is used.
  var subsampling: Subsampling {
    Subsampling(
      reducedResolution: reducedResolution, reducedResolutionTime: reducedResolutionTime,
      reducedBatch: reducedBatch, testSamples: testSamples, validationSamples: validationSamples)
  }

  /// The model of the configuration for fields of so many axes and variables.
  func newModel(dimensions: Int, variables: Int) throws(ConfigurationError) -> any NeuralOperator {
    switch model {
    case .fno:
      guard modes.count == 1 || modes.count == dimensions else {
        throw .doesNotFit(
          "\(modes.count) numbers of modes were given for \(dimensions)D fields; give one, or one an axis")
      }
      return FNO(
        modes: modes.count == 1 ? Array(repeating: modes[0], count: dimensions) : modes, width: width,
        initialSteps: initialSteps, variables: variables)
    case .unet:
      return UNet(
        dimensions: dimensions, initialFeatures: initFeatures, initialSteps: initialSteps,
        variables: variables,
        padding: padding, padsFields: pad)
    }
  }

  /// The optimizer of the configuration, without moments.
  func newOptimizer(for model: any NeuralOperator) -> any Optimizer {
    switch optimizer {
    case .adam:
      Adam(
        weightDecay: .coupled(weightDecay), complexMoment: complexMoment,
        complexParameters: model.complexParameters)
    case .adamw:
      Adam(
        weightDecay: .decoupled(weightDecay), complexMoment: complexMoment,
        complexParameters: model.complexParameters)
    case .sgd:
      StochasticGradientDescent(momentum: momentum, weightDecay: weightDecay)
    case .adafactor:
      Adafactor(
        weightDecay: weightDecay, scalesByParameters: adafactorScaleParameters,
        usesRelativeStep: adafactorRelativeStep, epsilons: (adafactorEpsilon1, adafactorEpsilon2),
        clippingThreshold: adafactorClipThreshold, complexMoment: complexMoment,
        complexParameters: model.complexParameters)
    }
  }

  private var complexMoment: Adam.ComplexMoment {
    switch secondMoment {
    case .shared: .shared
    case .separate: .separate
    }
  }
}

extension LearningRateSchedule {
  /// The schedule of the configuration.
  init(_ configuration: TrainingConfiguration) {
    let decay: Decay =
      switch configuration.schedule {
      case .constant: .constant
      case .step: .step(epochs: configuration.scheduleStep, factor: configuration.scheduleGamma)
      case .cosine: .cosine(epochs: configuration.epochs, floor: 0)
      }
    self.init(decay, warmUpEpochs: configuration.warmUpEpochs)
  }
}

extension LayerAnalyzer {
  /// The configuration's way from weights to scores.
  init(_ configuration: TrainingConfiguration) {
    self.init(
      fit: configuration.tempbalanceFit, medianDivisor: configuration.tempbalanceXminPos,
      threshold: configuration.tempbalanceRelativeThreshold.map { .relative($0) } ?? .absolute(1e-5),
      submatrices: configuration.tempbalanceFarms.map { SubmatrixSampling(aspectRatio: $0) },
      lineConvolution: configuration.tempbalanceConv1d)
  }
}

extension BalancingSchedule {
  /// The configuration's way from scores to factors; none if layers are not to be balanced.
  init?(_ configuration: TrainingConfiguration) {
    let scale = configuration.tempbalanceScale
    let map: Map
    switch configuration.tempbalance {
    case .off: return nil
    case .sigmoid:
      map = .sigmoid(
        scaleBelow: configuration.tempbalanceScaleBelow ?? scale, scaleAbove: scale,
        steepness: configuration.tempbalanceSteepness)
    case .linear: map = .linear(lowest: configuration.tempbalanceLowest, slope: scale)
    }
    self.init(
      map: map, score: configuration.tempbalanceScore,
      minimumEigenvalues: configuration.tempbalanceMinimumEigenvalues,
      leavesOutFirstLayer: [.first, .both].contains(configuration.tempbalanceLeaveOut),
      leavesOutLastLayer: [.last, .both].contains(configuration.tempbalanceLeaveOut),
      blocks: configuration.tempbalanceBlocks.map { BlockPattern($0) },
      keepsMeanRate: configuration.tempbalanceKeepMean,
      normalizationFollowsConvolution: configuration.tempbalanceNormalizationFollows)
  }
}

extension UpdateInterval {
  /// How often the configuration has the layers analysed.
  init(_ configuration: TrainingConfiguration) {
    self =
      switch configuration.tempbalanceIntervalUnit {
      case .epochs: .epochs(configuration.tempbalanceInterval)
      case .steps: .steps(configuration.tempbalanceInterval)
      }
  }
}
