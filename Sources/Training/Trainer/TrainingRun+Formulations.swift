import NeuralOperators
import PDEData
import Safetensors
import Symmetries
import TensorCore

extension TrainingRun {
  /// The formulation that a resumed run's weights are trained in, as its own checkpoint has it: samples that are other ones now must
  /// not scale them anew.
  ///
  /// - Parameters:
  ///   - folder: The run.
  ///   - model: Its model on the data.
  ///   - sets: The data.
  ///   - configuration: Its configuration.
  ///   - isNeeded: Whether the run has been on other data than these, so that their samples do not say the same.
  /// - Returns: The formulation; nil where the model is another one, so that the weights do not suit it, and where it is not needed and
  ///   the checkpoint cannot be read, or is of an earlier version and has no scaling for what the first set of a mixture lacks.
  /// - Throws: If the checkpoint is needed and cannot be read.
  static func ownFormulation(
    of folder: RunFolder, for model: any NeuralOperator, on sets: [TrainingData],
    _ configuration: TrainingConfiguration, isNeeded: Bool
  ) throws -> Formulation? {
    let kept: (model: any NeuralOperator, formulation: Formulation, mixesVariables: Bool)
    do {
      let file = try WeightFile(reading: folder.last)
      let own = try file.model(of: configuration.kinds.models)
      kept = (own, try Checkpoint.formulation(of: own, in: file), Checkpoint.mixesVariables(in: file))
    } catch {
      if isNeeded { throw error }
      return nil
    }
    let isOfEarlierMixture = !kept.mixesVariables && sets.contains { $0.present != nil }
    if isOfEarlierMixture, !isNeeded { return nil }
    let own = kept.model
    let isSame =
      own.dimensions == model.dimensions && own.variables == model.variables
      && own.staticInputs == model.staticInputs && own.initialSteps == model.initialSteps
    return isSame ? kept.formulation : nil
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
