extension RolloutTask.Settings {
  /// What the configuration says of the loss of samples.
  init(_ configuration: TrainingConfiguration) {
    batchSize = configuration.batchSize
    shuffle = configuration.shuffle
    noise = configuration.noise
    unroll = configuration.unroll
    checkpointsActivations = configuration.activationCheckpointing
    seed = configuration.seed
  }
}

extension Trainer.Settings {
  /// What the configuration says of the pace of training.
  init(_ configuration: TrainingConfiguration) {
    learningRate = configuration.learningRate
    epochs = configuration.epochs
    evaluateEvery = configuration.evaluateEvery
    clipGradients = configuration.clipGradients
    sharpnessRadius = configuration.samRho
    seed = configuration.seed
  }
}
