import NeuralOperators
import PDEData
import Symmetries
import SystemFiles

extension TrainingRun {
  /// Checks that the sets of a mixture can be seen by one model.
  static func requireMixture(
    _ sets: [TrainingData], _ plans: [FormulationPlan], _ model: any NeuralOperator
  ) throws(ConfigurationError) {
    for (set, plan) in zip(sets, plans) {
      if let objection = model.objection(toShape: set.loader.spatialShape) {
        throw .doesNotFit("\(set.dataSet.path): \(objection)")
      }
      guard plan.canonical?.parts == plans[0].canonical?.parts else {
        throw .doesNotFit(
          """
          samples of \(set.dataSet.path) have another canonical form than those of \(sets[0].dataSet.path); say by \(option: "canonical") \
          which parts both have
          """)
      }
      if set.present != nil, plan.canonical != nil {
        throw .doesNotFit(
          "\(set.dataSet.path) lacks variables of the mixture, so that its samples have no canonical form; leave out \(option: "canonical")"
        )
      }
      if model.reliesOnPeriodicFields, let axis = set.loader.axes.first(where: { $0.isPeriodic == false }) {
        throw .doesNotFit(
          "\(set.dataSet.path) is not periodic along \(axis.name), and the model relies on that; leave out \(option: "periodic")"
        )
      }
    }
  }

  /// Whether the same time lies between any two neighboring frames of all sets.
  static func haveOneTimeStep(_ sets: [TrainingData]) -> Bool {
    timeStepNotes(on: sets).isEmpty && sets.allSatisfy { $0.loader.hasEvenTimes }
  }

  /// What people should know of the sets of a mixture whose frames are farther apart than those of the first, or closer.
  static func timeStepNotes(on sets: [TrainingData]) -> [Message] {
    guard let first = sets.first, let interval = first.loader.frameInterval else { return [] }
    return sets.dropFirst().compactMap { set -> Message? in
      guard let own = set.loader.frameInterval, !own.isTimeStep(interval) else { return nil }
      return """
        The frames of \(set.dataSet.path) are \(own.timeText) apart, those of \(first.dataSet.path) are \(interval.timeText) apart: the \
        model must learn different time steps at once. If you can, take sets whose frames are equally far apart.
        """
    }
  }
}
