/// All settings of a training run.
///
/// Its values are in parts, which are those of a configuration file. Each value's option, range and help are declared beside
/// it, in its part.
public struct TrainingConfiguration: Sendable, Equatable {
  /// Which data are trained on.
  public var data = DataConfiguration()
  /// What is trained.
  public var model = ModelConfiguration()
  /// What the model is asked to learn.
  public var formulation = FormulationConfiguration()
  /// How training goes on from a checkpoint.
  public var fineTuning = FineTuningConfiguration()
  /// The loss and how it is differentiated.
  public var loss = LossConfiguration()
  /// The optimizer and its options.
  public var optimizer = OptimizerConfiguration()
  /// How long, and how the learning rate changes.
  public var schedule = ScheduleConfiguration()
  /// The options of TempBalance.
  public var tempbalance = TempBalanceConfiguration()
  /// When the model is measured.
  public var evaluation = EvaluationConfiguration()
  /// Random numbers, and what may be used of the machine.
  public var run = RunConfiguration()

  /// The defaults; the data must still be named.
  public init() {}
}
