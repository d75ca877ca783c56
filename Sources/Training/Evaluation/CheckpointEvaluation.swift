import NeuralOperators
public import PDEData
import Symmetries
import SystemFiles

extension Checkpoint {
  /// The part of a data set that a command's options or else the checkpoint ask for.
  ///
  /// - Parameters:
  ///   - resolution: The option's stride in space, if it was given.
  ///   - time: The option's stride in time, if it was given.
  ///   - testSamples: The number of test samples, if it was given.
  /// - Returns: Strides in space and time, and the number of test samples.
  public func subsampling(resolution: Int?, time: Int?, testSamples: Int?) -> Subsampling {
    Subsampling(
      reducedResolution: resolution ?? subsampling.reducedResolution,
      reducedResolutionTime: time ?? subsampling.reducedResolutionTime,
      testSamples: testSamples ?? subsampling.testSamples)
  }

  /// A loader of data for this checkpoint, after checking that the two fit. Data that lack variables of a mixture are shown under the
  /// model's, as in its training.
  ///
  /// - Parameters:
  ///   - checkpoint: The checkpoint's file, for messages.
  ///   - data: The data set.
  ///   - subsampling: Which part of it.
  ///   - cacheMemory: Bytes that samples may take in memory.
  ///   - given: Whether it is enough that the data set has the frames that a rollout starts from.
  /// - Returns: The loader.
  /// - Throws: ``CheckpointError/doesNotFitData(file:data:reason:)``,
  ///   ``CheckpointError/otherVariables(file:data:own:found:)`` for the model's variables in another order,
  ///   ``CheckpointError/tooFewFrames(file:data:inFile:left:initialSteps:)``, or what the data set's own checks throw.
  public func loader(
    of checkpoint: String, for data: any FieldDataSet, _ subsampling: Subsampling, cacheMemory: Int?,
    given: Bool = false
  ) throws -> BatchLoader {
    let data = underOwnVariables(data)
    let first = formulation.initialSteps
    if !given { try subsampling.requireFrames(of: data, initialSteps: first) }
    let loader = try BatchLoader(data, subsampling: subsampling, cacheMemory: cacheMemory)
    guard loader.frames >= first else {
      throw CheckpointError.tooFewFrames(
        file: checkpoint, data: data.path, inFile: data.frames, left: loader.frames, initialSteps: first)
    }
    func misfit(_ reason: Message) -> CheckpointError {
      .doesNotFitData(file: checkpoint, data: data.path, reason: reason)
    }
    if let objection = model.objection(toDimensions: data.dimensions) { throw misfit(objection) }
    // Which other names stand for the model's is for whoever asks for predictions to say.
    try requireOwnVariables(of: checkpoint, data, byPlace: true)
    if let objection = objection(to: data) ?? objection(toPointsOf: loader) { throw misfit(objection) }
    if let axis = try openAxis(of: loader) {
      throw misfit("it relies on periodic fields, and these are not periodic along \(axis)")
    }
    do { _ = try formulation.on(loader) } catch {
      throw misfit("it sees samples in a form that these do not have, as \(error.reason)")
    }
    return loader
  }

  /// Checks that a data set is the one that the model was trained on, as far as the checkpoint knows.
  ///
  /// - Parameters:
  ///   - checkpoint: The checkpoint's file, for messages.
  ///   - data: The data set; of a mixture the first.
  /// - Throws: ``CheckpointError/otherData(file:data:difference:)``, or what reading the data set throws.
  public func requireOwnData(of checkpoint: String, _ data: any FieldDataSet) throws {
    try requireOwnData(of: checkpoint, [data])
  }

  /// Checks that data sets are those that the model was trained on, as far as the checkpoint knows.
  ///
  /// - Parameters:
  ///   - checkpoint: The checkpoint's file, for messages.
  ///   - sets: The data sets of a mixture, or the one.
  /// - Throws: ``CheckpointError/otherData(file:data:difference:)``, or what reading the data sets throws.
  public func requireOwnData(of checkpoint: String, _ sets: [any FieldDataSet]) throws {
    guard let fingerprint, let first = sets.first,
      let difference = try fingerprint.difference(of: DataFingerprint(of: first.withoutMixture))
    else { return }
    // Earlier checkpoints of mixtures say what all sets hold together.
    if sets.count > 1, try fingerprint == DataFingerprint(of: sets) { return }
    throw CheckpointError.otherData(file: checkpoint, data: first.path, difference: difference)
  }

  private func objection(to data: any FieldDataSet) -> Message? {
    let states = data.states.map { data.variables[$0].name }
    guard model.variables == states.count else {
      let own = statistics.map { " (\($0.variables.joined(separator: ", ")))" } ?? ""
      return
        "the model has \(model.variables) variables\(own), the data \(states.count) (\(states.joined(separator: ", ")))"
    }
    let inputs = data.constants.map { data.variables[$0].name }
    let ownInputs = model.staticInputs - formulation.extraInputs
    guard ownInputs == inputs.count else {
      return "the model takes \(ownInputs) \(option: "inputs"), the data have \(inputs.count) "
        + "(\(inputs.joined(separator: ", ")))"
    }
    if let known = formulation.normalization.inputs?.variables, known != inputs {
      return "the model takes the \(option: "inputs") \(known.joined(separator: ", ")), the data have "
        + "\(inputs.joined(separator: ", "))"
    }
    return nil
  }
}
