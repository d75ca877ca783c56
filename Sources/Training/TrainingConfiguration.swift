public import NeuralOperators

extension PaddingMode: Codable {}

/// Everything that determines a training run. Its keys in YAML are the command's option names.
public struct TrainingConfiguration: Codable, Sendable, Equatable {
  /// The kinds of models.
  public enum ModelKind: String, Codable, Sendable, CaseIterable {
    /// The Fourier neural operator.
    case fno
    /// The U-Net.
    case unet

    /// The options that only models of this kind have.
    public var ownKeys: [CodingKeys] {
      switch self {
      case .fno: [.modes, .width]
      case .unet: [.initFeatures, .padding, .pad]
      }
    }
  }

  /// What variables are scaled by before they reach the model.
  public enum Normalization: String, Codable, Sendable, CaseIterable {
    /// To mean 0 and standard deviation 1 over the training samples.
    case standard
    /// Not at all, as the paper does.
    case none
  }

  /// The rule that turns gradients into steps.
  public enum OptimizerKind: String, Codable, Sendable, CaseIterable {
    /// Adam, weight decay added to the gradient.
    case adam
    /// Adam with decoupled weight decay.
    case adamw
    /// Stochastic gradient descent with momentum.
    case sgd
  }

  /// How Adam measures the size of a complex gradient.
  public enum SecondMoment: String, Codable, Sendable, CaseIterable {
    /// |g|², shared by the real and the imaginary part: the paper's way.
    case shared
    /// The squares of the real and of the imaginary part apart: torch.optim.Adam's way.
    case separate
  }

  /// How the learning rate changes over the epochs.
  public enum Schedule: String, Codable, Sendable, CaseIterable {
    /// Not at all.
    case constant
    /// Times a factor every so many epochs.
    case step
    /// Down a half cosine to zero at the last epoch.
    case cosine
  }

  /// How layers' learning rates follow their spectra.
  public enum Balancing: String, Codable, Sendable, CaseIterable {
    /// One rate for all layers.
    case off
    /// TempBalance's sigmoid of α.
    case sigmoid
    /// TempBalance's linear map of α.
    case linear
  }

  /// The data set.
  public var data = ""
  /// The kind of model.
  public var model = ModelKind.fno
  /// FNO: kept Fourier modes, one number for all axes, or one an axis.
  public var modes = [12]
  /// FNO: the hidden channels.
  public var width = 20
  /// U-Net: the features of the first level.
  public var initFeatures = 32
  /// U-Net: what convolutions see beyond the ends of the domain.
  public var padding = PaddingMode.zeros
  /// U-Net: whether fields of any size are continued to one that fits, and predictions cropped.
  public var pad = false
  /// Frames that a rollout starts from.
  public var initialSteps = 10
  /// Every k-th training sample is kept.
  public var reducedBatch = 1
  /// Every n-th point is used along each axis.
  public var reducedResolution = 1
  /// Every n-th frame is used.
  public var reducedResolutionTime = 1
  /// Samples at the start of the file that are for the test; nil for a tenth.
  public var testSamples: Int?
  /// Samples at the end of the file that choose the best checkpoint.
  public var validationSamples = 0
  /// Samples a step.
  public var batchSize = 20
  /// Passes over the training samples.
  public var epochs = 500
  /// Whether the training samples come in a new order every epoch.
  public var shuffle = true
  /// How many of a rollout's last steps are differentiated; nil for all.
  public var unroll: Int?
  /// Standard deviation of noise on the input frames, in units of each variable's scale.
  public var noise = 0.0
  /// What variables are scaled by.
  public var normalize = Normalization.standard
  /// The rule that turns gradients into steps.
  public var optimizer = OptimizerKind.adam
  /// How Adam measures the size of a complex gradient.
  public var secondMoment = SecondMoment.shared
  /// The learning rate at the start.
  public var learningRate = 1e-3
  /// Factor of the weights in the gradient, or of their decay.
  public var weightDecay = 1e-4
  /// Momentum of SGD.
  public var momentum = 0.9
  /// How the learning rate changes.
  public var schedule = Schedule.step
  /// Epochs from one step of the schedule to the next.
  public var scheduleStep = 100
  /// Factor of each step of the schedule.
  public var scheduleGamma = 0.5
  /// Epochs over which the learning rate rises linearly from near zero.
  public var warmUpEpochs = 0
  /// Largest norm of the gradient of all parameters together; nil for no limit.
  public var clipGradients: Double?
  /// How layers' learning rates follow their spectra.
  public var tempbalance = Balancing.off
  /// The sigmoid's scale s, or the linear map's slope.
  public var tempbalanceScale = 1.0
  /// The sigmoid's steepness τ.
  public var tempbalanceSteepness = 10.0
  /// The linear map's lowest factor.
  public var tempbalanceLowest = 0.5
  /// Layers with fewer eigenvalues keep the schedule's rate.
  public var tempbalanceMinimumEigenvalues = 12
  /// Epochs from one analysis of the layers to the next.
  public var tempbalanceInterval = 1
  /// Epochs from one evaluation on the test samples to the next.
  public var evaluateEvery = 1
  /// A safetensors file with weights to start from; nil for new ones.
  public var initialWeights: String?
  /// Seed of weights, order and noise.
  public var seed: UInt64 = 0
  /// Megabytes that samples may take in memory; nil for a quarter of the machine's.
  public var cacheMemory: Int?
  /// Threads; nil for all cores. Results do not depend on it.
  public var threads: Int?

  /// The defaults; `data` must still be set.
  public init() {}

  // swift-format-ignore: AllPublicDeclarationsHaveDocumentation
  /// The names of the values in YAML, which are the command's option names.
  public enum CodingKeys: String, CodingKey, CaseIterable {
    case data, model, modes, width
    case initFeatures = "init-features"
    case padding, pad
    case initialSteps = "initial-steps"
    case reducedBatch = "reduced-batch"
    case reducedResolution = "reduced-resolution"
    case reducedResolutionTime = "reduced-resolution-t"
    case testSamples = "test-samples"
    case validationSamples = "validation-samples"
    case batchSize = "batch-size"
    case epochs, shuffle, unroll, noise, normalize, optimizer
    case secondMoment = "second-moment"
    case learningRate = "learning-rate"
    case weightDecay = "weight-decay"
    case momentum, schedule
    case scheduleStep = "schedule-step"
    case scheduleGamma = "schedule-gamma"
    case warmUpEpochs = "warm-up-epochs"
    case clipGradients = "clip-gradients"
    case tempbalance
    case tempbalanceScale = "tempbalance-scale"
    case tempbalanceSteepness = "tempbalance-steepness"
    case tempbalanceLowest = "tempbalance-lowest"
    case tempbalanceMinimumEigenvalues = "tempbalance-min-eigenvalues"
    case tempbalanceInterval = "tempbalance-interval"
    case evaluateEvery = "evaluate-every"
    case initialWeights = "initial-weights"
    case seed
    case cacheMemory = "cache-memory"
    case threads
  }
}
