public import NeuralOperators
public import TempBalance

/// Everything that determines a training run. Its keys in YAML are the command's option names.
public struct TrainingConfiguration: Codable, Sendable, Equatable {
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
  /// Whether the backward pass computes activations again instead of keeping them: less memory, the same bits.
  public var activationCheckpointing = false
  /// Standard deviation of noise on the input frames, in units of each variable's scale.
  public var noise = 0.0
  /// What variables are scaled by.
  public var normalize = Normalization.standard
  /// The rule that turns gradients into steps.
  public var optimizer = OptimizerKind.adam
  /// How Adam and Adafactor measure the size of a complex gradient.
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
  /// How far sharpness-aware minimisation goes to find where the loss is highest; nil for none of it.
  public var samRho: Double?
  /// Whether Adafactor's steps are relative to the size of the parameters.
  public var adafactorScaleParameters = true
  /// Whether Adafactor's steps shrink with time.
  public var adafactorRelativeStep = true
  /// What Adafactor adds to each squared gradient.
  public var adafactorEpsilon1 = 1e-30
  /// The smallest size of parameters that Adafactor's steps are relative to.
  public var adafactorEpsilon2 = 1e-3
  /// The root mean square above which Adafactor's updates are scaled down.
  public var adafactorClipThreshold = 1.0
  /// How layers' learning rates follow their spectra.
  public var tempbalance = Balancing.off
  /// The score by which layers are balanced.
  public var tempbalanceScore = LayerScore.alpha
  /// What is balanced.
  public var tempbalanceTarget = BalancingTarget.learningRate
  /// The sigmoid's scale s, or the linear map's slope.
  public var tempbalanceScale = 1.0
  /// The sigmoid's scale for layers below the mean; nil for the same as above it.
  public var tempbalanceScaleBelow: Double?
  /// The sigmoid's steepness τ.
  public var tempbalanceSteepness = 10.0
  /// The linear map's lowest factor.
  public var tempbalanceLowest = 0.5
  /// Whether the mean rate of the balanced layers stays the schedule's.
  public var tempbalanceKeepMean = false
  /// Where the power law is taken to begin.
  public var tempbalanceFit = FitMethod.median
  /// The divisor of the median fit.
  public var tempbalanceXminPos = 2.0
  /// The ratio of sides of the sub-matrices to take instead of whole ones (FARMS); nil for whole ones.
  public var tempbalanceFarms: Double?
  /// The share of a layer's largest eigenvalue up to which others do not count; nil for the paper's fixed threshold.
  public var tempbalanceRelativeThreshold: Double?
  /// The kinds of layers that are analysed and balanced.
  public var tempbalanceKinds = [LayerKind.linear, .convolution]
  /// How convolutions in one dimension are read as matrices.
  public var tempbalanceConv1d = LineConvolution.matrix
  /// Layers with fewer eigenvalues keep the schedule's rate.
  public var tempbalanceMinimumEigenvalues = 12
  /// Which end of the model is left alone.
  public var tempbalanceLeaveOut = LeftOutLayers.none
  /// A pattern of layers that share one factor; nil for one a layer.
  public var tempbalanceBlocks: String?
  /// Whether a normalisation goes with the convolution before it.
  public var tempbalanceNormalizationFollows = false
  /// Epochs or steps from one analysis of the layers to the next.
  public var tempbalanceInterval = 1
  /// What the interval counts.
  public var tempbalanceIntervalUnit = IntervalUnit.epochs
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
    case activationCheckpointing = "activation-checkpointing"
    case secondMoment = "second-moment"
    case learningRate = "learning-rate"
    case weightDecay = "weight-decay"
    case momentum, schedule
    case scheduleStep = "schedule-step"
    case scheduleGamma = "schedule-gamma"
    case warmUpEpochs = "warm-up-epochs"
    case clipGradients = "clip-gradients"
    case samRho = "sam-rho"
    case adafactorScaleParameters = "adafactor-scale-parameters"
    case adafactorRelativeStep = "adafactor-relative-step"
    case adafactorEpsilon1 = "adafactor-epsilon1"
    case adafactorEpsilon2 = "adafactor-epsilon2"
    case adafactorClipThreshold = "adafactor-clip-threshold"
    case tempbalance
    case tempbalanceScore = "tempbalance-score"
    case tempbalanceTarget = "tempbalance-target"
    case tempbalanceScale = "tempbalance-scale"
    case tempbalanceScaleBelow = "tempbalance-scale-below"
    case tempbalanceSteepness = "tempbalance-steepness"
    case tempbalanceLowest = "tempbalance-lowest"
    case tempbalanceKeepMean = "tempbalance-keep-mean"
    case tempbalanceFit = "tempbalance-fit"
    case tempbalanceXminPos = "tempbalance-xmin-pos"
    case tempbalanceFarms = "tempbalance-farms"
    case tempbalanceRelativeThreshold = "tempbalance-relative-threshold"
    case tempbalanceKinds = "tempbalance-kinds"
    case tempbalanceConv1d = "tempbalance-conv1d"
    case tempbalanceMinimumEigenvalues = "tempbalance-min-eigenvalues"
    case tempbalanceLeaveOut = "tempbalance-leave-out"
    case tempbalanceBlocks = "tempbalance-blocks"
    case tempbalanceNormalizationFollows = "tempbalance-normalization-follows"
    case tempbalanceInterval = "tempbalance-interval"
    case tempbalanceIntervalUnit = "tempbalance-interval-unit"
    case evaluateEvery = "evaluate-every"
    case initialWeights = "initial-weights"
    case seed
    case cacheMemory = "cache-memory"
    case threads
  }
}
