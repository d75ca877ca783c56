public import NeuralOperators
public import Optimizers
public import Options

/// What a configuration can choose by name: models, losses, optimizers and schedules.
///
/// A program that adds kinds of its own passes the registries along:
///
/// ```swift
/// let kinds = TrainingKinds(losses: .standard.adding(Mine.self))
/// let configuration = try TrainingConfiguration(layers: [file], kinds: kinds)
/// ```
public struct TrainingKinds: Sendable {
  /// The models.
  public var models: ModelRegistry
  /// The losses.
  public var losses: LossRegistry
  /// The optimizers.
  public var optimizers: OptimizerRegistry
  /// The schedules.
  public var schedules: ScheduleRegistry

  /// Kinds; the libraries' own where none are given.
  public init(
    models: ModelRegistry = .standard, losses: LossRegistry = .standard,
    optimizers: OptimizerRegistry = .standard, schedules: ScheduleRegistry = .standard
  ) {
    self.models = models
    self.losses = losses
    self.optimizers = optimizers
    self.schedules = schedules
  }

  /// The kinds of the libraries.
  public static let standard = TrainingKinds()

  /// The kinds that a part of a configuration chooses among; none where it chooses none.
  ///
  /// - Parameter part: The part's name.
  public subscript(part part: String) -> [any KindDescription.Type] {
    switch part {
    case ModelConfiguration.choiceName: models.types
    case LossConfiguration.choiceName: losses.types
    case OptimizerConfiguration.choiceName: optimizers.types
    case ScheduleConfiguration.choiceName: schedules.types
    default: []
    }
  }
}

extension TrainingConfiguration {
  /// The kinds that the configuration has chosen.
  var kinds: TrainingKinds {
    TrainingKinds(
      models: ModelRegistry([type(of: model.description)]), losses: LossRegistry([type(of: loss.kind)]),
      optimizers: OptimizerRegistry([type(of: optimizer.kind)]),
      schedules: ScheduleRegistry([type(of: schedule.kind)]))
  }

  /// The defaults of the same kinds of model, loss, optimizer and schedule.
  public var defaults: TrainingConfiguration {
    var result = TrainingConfiguration()
    result.model.description = type(of: model.description).init()
    result.loss.kind = type(of: loss.kind).init()
    result.optimizer.kind = type(of: optimizer.kind).init()
    result.schedule.kind = type(of: schedule.kind).init()
    return result
  }
}
