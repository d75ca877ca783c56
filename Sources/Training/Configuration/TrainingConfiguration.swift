/// Everything that determines a training run.
///
/// Its values are in parts, which are those of a configuration file. Each value's option, range and help are declared beside
/// it, in its part.
public struct TrainingConfiguration: Sendable, Equatable {
  /// Which data are trained on.
  public var data = DataConfiguration()
  /// What is trained.
  public var model = ModelConfiguration()
  /// What the gradients are taken of.
  public var loss = LossConfiguration()
  /// How gradients become steps.
  public var optimizer = OptimizerConfiguration()
  /// How long, and how the learning rate changes.
  public var schedule = ScheduleConfiguration()
  /// How layers' learning rates follow their spectra.
  public var tempbalance = TempBalanceConfiguration()
  /// When the model is measured.
  public var evaluation = EvaluationConfiguration()
  /// Random numbers, and what may be used of the machine.
  public var run = RunConfiguration()

  /// The defaults; the data must still be named.
  public init() {}
}
