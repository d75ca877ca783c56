public import ArgumentParser
public import Training

/// `fno` and `unet` as values of an option.
extension TrainingConfiguration.ModelKind: ExpressibleByArgument {}
