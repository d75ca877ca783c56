import NeuralOperators
import PDEData

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
