import NeuralOperators
public import PDEData
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
  ///   - file: The data set.
  ///   - subsampling: Which part of it.
  ///   - cacheMemory: Bytes that samples may take in memory.
  /// - Returns: The loader.
  /// - Throws: ``CheckpointError/doesNotFitData(file:data:reason:)``, or what the data set's own checks throw.
  public func loader(
    of checkpoint: String, for file: PDEBenchFile, _ subsampling: Subsampling, cacheMemory: Int?
  ) throws -> BatchLoader {
    try subsampling.requireFrames(of: file, initialSteps: model.initialSteps)
    let loader = try BatchLoader(file: file, subsampling: subsampling, cacheMemory: cacheMemory)
    if let objection = objection(to: file) ?? model.objection(toShape: loader.spatialShape) {
      throw CheckpointError.doesNotFitData(file: checkpoint, data: file.path, reason: objection)
    }
    return loader
  }

  private func objection(to file: PDEBenchFile) -> Message? {
    guard model.dimensions == file.dimensions else {
      return "the model is for \(model.dimensions)D fields, the data are \(file.dimensions)D"
    }
    guard model.variables == file.variables.count else {
      return "the model has \(model.variables) variables, the data \(file.variables.count) "
        + "(\(file.variables.joined(separator: ", ")))"
    }
    return nil
  }
}
