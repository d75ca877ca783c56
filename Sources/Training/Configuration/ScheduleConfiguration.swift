import SystemFiles
public import Optimizers
public import Options

/// How long a model is trained, and how the learning rate changes meanwhile.
public struct ScheduleConfiguration: ConfigurationPart {
  /// Passes over the training samples.
  public var epochs = 500
  /// How the learning rate changes, with the options that this has of its own.
  @ChosenKind public var kind: any ScheduleDescription = StepSchedule.Description()
  /// Epochs over which the learning rate rises linearly from near zero.
  public var warmUpEpochs = 0

  /// The defaults.
  public init() {}

  /// The name of the kind.
  public var name: String { type(of: kind).name }

  /// The options that do not depend on the kind.
  public static let options: [OptionDeclaration<ScheduleConfiguration>] = [
    OptionDeclaration("epochs", \.epochs, in: .count, help: "Passes over the training samples."),
    OptionDeclaration(
      "warm-up-epochs", \.warmUpEpochs, in: .countOrNone,
      help: "Epochs of linear warm-up of the learning rate.", example: 10),
  ]
}

extension ScheduleConfiguration: ChoosingPart {
  static let choiceName = "schedule"
  static let choiceHelp: Message = "The learning-rate schedule"

  var chosen: any KindDescription {
    get { kind }
    set { if let kind = newValue as? any ScheduleDescription { self.kind = kind } }
  }
}
