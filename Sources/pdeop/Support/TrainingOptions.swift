import ArgumentParser
import Optimizers

/// Which data are trained on.
struct TrainingDataOptions: ParsableArguments, TrainingOptionGroup {
  @Option(help: "The data set, in PDEBench's HDF5 layout.")
  var data: String?

  @Option(help: "Keep this part of the training samples: every k-th, k = round(1/ratio).")
  var ratio: Double?

  @Option(help: "Keep every k-th training sample.")
  var reducedBatch: Int?

  @Option(help: "Use every n-th point along each axis (default: 1).")
  var reducedResolution: Int?

  @Option(help: "Use every n-th frame (default: 1).")
  var reducedResolutionT: Int?

  @Option(help: "Samples at the start of the file that are for the test (default: a tenth).")
  var testSamples: Int?

  @Option(
    help: "Samples at the end of the file that choose the best checkpoint (default: 0, the test samples do).")
  var validationSamples: Int?

  @Option(
    help:
      "Scale each variable by the training samples' mean and deviation: standard or none (default: standard)."
  )
  var normalize: String?

  @Option(help: "Megabytes that samples may take in memory (default: a quarter of the machine's).")
  var cacheMemory: Int?

  func add(to values: inout OptionValues) {
    values["data"] = data
    values["ratio"] = ratio
    values["reduced-batch"] = reducedBatch
    values["reduced-resolution"] = reducedResolution
    values["reduced-resolution-t"] = reducedResolutionT
    values["test-samples"] = testSamples
    values["validation-samples"] = validationSamples
    values["normalize"] = normalize
    values["cache-memory"] = cacheMemory
  }
}

/// What is trained.
struct ModelOptions: ParsableArguments, TrainingOptionGroup {
  @Option(help: "The kind of model: fno or unet (default: fno).")
  var model: String?

  @Option(help: "FNO: kept Fourier modes, one number, or one an axis as in 12,12 (default: 12).")
  var modes: String?

  @Option(help: "FNO: hidden channels (default: 20).")
  var width: Int?

  @Option(help: "U-Net: features of the first level; each level below has twice as many (default: 32).")
  var initFeatures: Int?

  @Option(
    help: "U-Net: what convolutions see beyond the ends of the domain, zeros or periodic (default: zeros).")
  var padding: String?

  @Flag(
    help:
      "U-Net: take fields whose sizes 16 does not divide; they are padded (as --padding says), and predictions cropped."
  )
  var pad = false

  @Option(help: "Frames that a rollout starts from (default: 10).")
  var initialSteps: Int?

  @Option(help: "A safetensors file with weights to start from.")
  var initialWeights: String?

  func add(to values: inout OptionValues) {
    values["model"] = model
    values["modes"] = modes
    values["width"] = width
    values["init-features"] = initFeatures
    values["padding"] = padding
    values["pad"] = pad ? true : nil
    values["initial-steps"] = initialSteps
    values["initial-weights"] = initialWeights
  }
}

/// How it is trained.
struct OptimisationOptions: ParsableArguments, TrainingOptionGroup {
  @Option(help: "Passes over the training samples (default: 500).")
  var epochs: Int?

  @Option(help: "Samples a step (default: 20).")
  var batchSize: Int?

  @Option(help: "The learning rate at the start (default: 0.001).")
  var learningRate: Double?

  @Option(help: "adam, adamw, sgd or adafactor (default: adam).")
  var optimizer: String?

  @Option(
    help: """
      How Adam and Adafactor measure complex gradients: shared |g|², or separate parts as in torch (default: shared).
      """)
  var secondMoment: String?

  @Option(
    help: "Weight decay: with adam and sgd added to the gradient, else apart from it (default: 0.0001).")
  var weightDecay: Double?

  @Option(help: "Momentum of sgd (default: 0.9).")
  var momentum: Double?

  @Option(
    help:
      "Sharpness-aware minimisation: take each gradient where the loss is highest within this distance of the weights, at twice the cost; 0.05 is common (default: off)."
  )
  var samRho: Double?

  @Flag(
    inversion: .prefixedNo,
    help:
      "Adafactor's steps are a share of the size of the parameters; its authors take --learning-rate 0.01 (default: they are)."
  )
  var adafactorScaleParameters: Bool?

  @Flag(
    inversion: .prefixedNo,
    help: "Adafactor's steps shrink as 100/√t from the 10,000th on (default: they do).")
  var adafactorRelativeStep: Bool?

  @Option(help: "What Adafactor adds to each squared gradient (default: 1e-30).")
  var adafactorEpsilon1: Double?

  @Option(
    help: "The size of parameters below which Adafactor's steps shrink no further (default: 0.001).")
  var adafactorEpsilon2: Double?

  @Option(help: "Adafactor scales updates down to this root mean square (default: 1).")
  var adafactorClipThreshold: Double?

  @Option(help: "How the learning rate changes: constant, step or cosine (default: step).")
  var schedule: String?

  @Option(help: "Epochs from one step of the schedule to the next (default: 100).")
  var scheduleStep: Int?

  @Option(help: "Factor of each step of the schedule (default: 0.5).")
  var scheduleGamma: Double?

  @Option(help: "Epochs over which the learning rate rises linearly (default: 0).")
  var warmUpEpochs: Int?

  @Option(help: "Scale gradients down to this norm (default: no limit).")
  var clipGradients: Double?

  @Option(help: "Differentiate the last so many steps of the rollout alone (default: all).")
  var unroll: Int?

  @Flag(
    inversion: .prefixedNo,
    help: "Compute activations again in the backward pass: about a third of the memory, a third more time.")
  var activationCheckpointing: Bool?

  @Option(help: "Standard deviation of noise on the input frames, in the model's units (default: 0).")
  var noise: Double?

  @Flag(help: "Take the training samples in the file's order.")
  var noShuffle = false

  @Option(help: "Epochs from one evaluation to the next (default: 1).")
  var evaluateEvery: Int?

  func add(to values: inout OptionValues) {
    values["epochs"] = epochs
    values["batch-size"] = batchSize
    values["learning-rate"] = learningRate
    values["optimizer"] = optimizer
    values["second-moment"] = secondMoment
    values["weight-decay"] = weightDecay
    values["momentum"] = momentum
    values["sam-rho"] = samRho
    values["adafactor-scale-parameters"] = adafactorScaleParameters
    values["adafactor-relative-step"] = adafactorRelativeStep
    values["adafactor-epsilon1"] = adafactorEpsilon1
    values["adafactor-epsilon2"] = adafactorEpsilon2
    values["adafactor-clip-threshold"] = adafactorClipThreshold
    values["schedule"] = schedule
    values["schedule-step"] = scheduleStep
    values["schedule-gamma"] = scheduleGamma
    values["warm-up-epochs"] = warmUpEpochs
    values["clip-gradients"] = clipGradients
    values["unroll"] = unroll
    values["activation-checkpointing"] = activationCheckpointing
    values["noise"] = noise
    values["shuffle"] = noShuffle ? false : nil
    values["evaluate-every"] = evaluateEvery
  }
}
