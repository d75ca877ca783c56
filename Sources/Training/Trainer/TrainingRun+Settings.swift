extension RolloutTask.Settings {
  /// What the configuration says of the loss of samples.
  init(_ configuration: TrainingConfiguration) {
    batchSize = configuration.data.batchSize
    parts = configuration.data.batchParts ?? 1
    shuffle = configuration.data.shuffle
    noise = configuration.loss.noise
    noiseUnit = configuration.loss.noiseUnit
    window = configuration.loss.window
    unroll = configuration.loss.unroll
    epochs = configuration.schedule.epochs
    checkpointsActivations = configuration.loss.activationCheckpointing
    seed = configuration.run.seed
  }
}

extension Trainer.Settings {
  /// What the configuration says of the pace of training.
  init(_ configuration: TrainingConfiguration) {
    learningRate = configuration.optimizer.learningRate
    epochs = configuration.schedule.epochs
    evaluateEvery = configuration.evaluation.every
    patience = configuration.evaluation.patience
    clipGradients = configuration.optimizer.clipGradients
    averageDecay = configuration.optimizer.averageWeights
    sharpnessRadius = configuration.optimizer.samRho
    seed = configuration.run.seed
  }
}
