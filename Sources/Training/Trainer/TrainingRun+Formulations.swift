import NeuralOperators
import PDEData
import Symmetries
import SystemFiles
import TensorCore

extension TrainingRun {
  /// In which way the data differ from those that a run was on, in words; nil if they are the same, or not known.
  ///
  /// - Parameters:
  ///   - data: What identifies the data.
  ///   - folder: The run.
  ///   - isAllowed: Whether they may differ.
  /// - Returns: The difference, to complete "the data have …".
  /// - Throws: ``RunFolderError/otherData(folder:data:difference:)`` where they may not.
  static func difference(
    of data: RunData, from folder: RunFolder, isAllowed: Bool
  ) throws(RunFolderError) -> String? {
    guard let before = try RunData(reading: folder) else { return nil }
    if !isAllowed { try before.require(data, for: folder) }
    return before.fingerprint.difference(of: data.fingerprint)
  }

  /// What people should know of a run that goes on on other data.
  ///
  /// - Parameters:
  ///   - sets: The data.
  ///   - difference: In which way they differ from those before; nil if they do not.
  ///   - configuration: The run's configuration.
  /// - Returns: A sentence, or none.
  static func otherDataNotes(
    on sets: [TrainingData], _ difference: String?, _ configuration: TrainingConfiguration
  ) -> [Message] {
    guard let difference, let first = sets.first else { return [] }
    let areScaledAnew = sets.count > 1 && !configuration.fineTuning.scalesAllSets
    let others = areScaledAnew ? " Sets other than the first are scaled anew." : ""
    return [
      """
      \(first.dataSet.path) has \(difference), compared with the data before: variables stay scaled as they were, and the best \
      checkpoint is chosen anew.\(others)
      """
    ]
  }

  /// The formulation that a resumed run's weights are trained in, as its own checkpoint has it: samples that are other ones now must
  /// not scale them anew.
  ///
  /// - Parameters:
  ///   - folder: The run.
  ///   - model: Its model on the data.
  ///   - configuration: Its configuration.
  ///   - isOnOtherData: Whether the data are other ones than before.
  /// - Returns: The formulation; nil where the model is another one, so that the weights do not suit it, and where the checkpoint cannot
  ///   be read and is not needed, as the run's own samples say the same.
  /// - Throws: If the checkpoint is needed and cannot be read.
  static func ownFormulation(
    of folder: RunFolder, for model: any NeuralOperator, _ configuration: TrainingConfiguration,
    isOnOtherData: Bool
  ) throws -> Formulation? {
    let checkpoint: Checkpoint
    do {
      checkpoint = try Checkpoint(reading: folder.last, models: configuration.kinds.models)
    } catch {
      if isOnOtherData { throw error }
      return nil
    }
    let own = checkpoint.model
    let isSame =
      own.dimensions == model.dimensions && own.variables == model.variables
      && own.staticInputs == model.staticInputs && own.initialSteps == model.initialSteps
    return isSame ? checkpoint.formulation : nil
  }

  /// Reads all samples, and gives each set its statistics and its formulation.
  ///
  /// - Parameters:
  ///   - sets: The sets, which get their statistics.
  ///   - plans: What the configuration asks for on each of them.
  ///   - start: What the run begins with that goes on from a checkpoint.
  ///   - own: The formulation that a resumed run's weights are trained in on the first set; nil for one of its samples.
  ///   - configuration: The run's configuration.
  ///   - reading: Is told how many of the run's samples have been read.
  /// - Returns: A formulation for each set.
  /// - Throws: What is wrong with the samples.
  static func formulations(
    of sets: inout [TrainingData], _ plans: [FormulationPlan], _ start: StartingPoint?, own: Formulation?,
    _ configuration: TrainingConfiguration, _ reading: (_ done: Int, _ total: Int) -> Void
  ) throws -> [Formulation] {
    try WorkerPool.withThreads(configuration.run.threads) {
      let totals = sets.map { $0.split.training.count + $0.split.test.count + $0.split.validation.count }
      for index in sets.indices {
        let before = totals[..<index].reduce(0, +)
        sets[index].statistics = try sets[index].survey { done, _ in
          reading(before + done, totals.reduce(0, +))
        }
        sets[index].inputStatistics = try sets[index].loader.inputStatistics(of: sets[index].split.training)
      }
      sets.shareInputStatistics()
      sets.completeStatistics()
      let areAlike = configuration.fineTuning.scalesAllSets
      var formulations: [Formulation] = try zip(sets, plans).enumerated().map { index, set in
        let formulation: Formulation
        if index == 0, let own {
          formulation = try set.1.goingOn(with: own, on: set.0)
        } else if index == 0 || areAlike, let kept = start?.formulation {
          formulation = try kept.on(set.0.loader, symmetries: set.1.symmetrization)
        } else {
          return try set.1.formulation(configuration.data.normalize, set.0)
        }
        try formulation.requirePositive(in: set.0)
        return formulation
      }
      // A scaling that is known from before holds for all variables.
      if own == nil, start?.formulation == nil, let owners = sets.owners, formulations[0].increments != nil {
        let increments = owners.enumerated().map { formulations[$1].increments?[$0] ?? 1 }
        formulations[0].increments = increments
      }
      return formulations
    }
  }
}
