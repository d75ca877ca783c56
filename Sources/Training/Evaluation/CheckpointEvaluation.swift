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

  /// A loader of data for this checkpoint, after checking that the two fit.
  ///
  /// - Parameters:
  ///   - checkpoint: The checkpoint's file, for messages.
  ///   - data: The data set.
  ///   - subsampling: Which part of it.
  ///   - cacheMemory: Bytes that samples may take in memory.
  ///   - given: Whether it is enough that the data set has the frames that a rollout starts from.
  /// - Returns: The loader.
  /// - Throws: ``CheckpointError/doesNotFitData(file:data:reason:)``, or what the data set's own checks throw.
  public func loader(
    of checkpoint: String, for data: any FieldDataSet, _ subsampling: Subsampling, cacheMemory: Int?,
    given: Bool = false
  ) throws -> BatchLoader {
    try subsampling.requireFrames(of: data, initialSteps: formulation.initialSteps - (given ? 1 : 0))
    let loader = try BatchLoader(data, subsampling: subsampling, cacheMemory: cacheMemory)
    if let objection = objection(to: data) ?? model.objection(toShape: loader.spatialShape) {
      throw CheckpointError.doesNotFitData(file: checkpoint, data: data.path, reason: objection)
    }
    do { _ = try formulation.on(loader) } catch {
      throw CheckpointError.doesNotFitData(
        file: checkpoint, data: data.path,
        reason: "it sees samples in a form that these do not have, as \(error.reason)")
    }
    return loader
  }

  /// Checks that a data set is the one that the model was trained on, as far as the checkpoint knows.
  ///
  /// - Parameters:
  ///   - checkpoint: The checkpoint's file, for messages.
  ///   - data: The data set.
  /// - Throws: ``CheckpointError/otherData(file:data:difference:)``, or what reading the data set throws.
  public func requireOwnData(of checkpoint: String, _ data: any FieldDataSet) throws {
    guard let fingerprint else { return }
    if let difference = try fingerprint.difference(of: DataFingerprint(of: data)) {
      throw CheckpointError.otherData(file: checkpoint, data: data.path, difference: difference)
    }
  }

  private func objection(to data: any FieldDataSet) -> Message? {
    guard model.dimensions == data.dimensions else {
      return "the model is for \(model.dimensions)D fields, but the data are \(data.dimensions)D"
    }
    let states = data.states.map { data.variables[$0].name }
    guard model.variables == states.count else {
      return "the model has \(model.variables) variables, the data \(states.count) "
        + "(\(states.joined(separator: ", ")))"
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
