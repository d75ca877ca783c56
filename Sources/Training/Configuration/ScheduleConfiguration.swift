import SystemFiles
public import Options

/// How long a model is trained, and how the learning rate changes meanwhile.
public struct ScheduleConfiguration: ConfigurationPart {
  /// Passes over the training samples.
  public var epochs = 500
  /// How the learning rate changes.
  public var kind = TrainingConfiguration.Schedule.step
  /// Epochs from one step of the schedule to the next.
  public var step = 100
  /// Factor of each step of the schedule.
  public var gamma = 0.5
  /// Epochs over which the learning rate rises linearly from near zero.
  public var warmUpEpochs = 0

  /// The defaults.
  public init() {}

  /// The options.
  public static let options: [OptionDeclaration<ScheduleConfiguration>] = [
    OptionDeclaration("epochs", \.epochs, in: .count, help: "Passes over the training samples."),
    OptionDeclaration("schedule", \.kind, help: "The learning-rate schedule: constant, step or cosine."),
    OptionDeclaration(
      "schedule-step", \.step, in: .count, help: "Epochs between steps of the step schedule."),
    OptionDeclaration(
      "schedule-gamma", \.gamma, in: .positive, help: "Factor of each step of the step schedule."),
    OptionDeclaration(
      "warm-up-epochs", \.warmUpEpochs, in: .countOrNone,
      help: "Epochs of linear warm-up of the learning rate.", example: 10),
  ]
}
