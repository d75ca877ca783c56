import Foundation
package import NeuralOperators
package import PDEData
import SystemFiles
import TensorCore

/// A data set made ready for one configuration: which samples, on which grid, in which units.
package struct TrainingData {
  package let file: PDEBenchFile
  package let loader: BatchLoader
  package let split: SampleSplit

  /// Opens the data set and checks that something is left to train on.
  package init(_ configuration: TrainingConfiguration) throws {
    file = try PDEBenchFile(path: configuration.data.path)
    let subsampling = configuration.data.subsampling
    try subsampling.requireFrames(of: file, initialSteps: configuration.model.initialSteps)
    split = try subsampling.split(file)
    loader = try BatchLoader(
      file: file, subsampling: subsampling, cacheMemory: configuration.data.cacheMemory.map { $0 << 20 })
  }

  /// The model of the configuration for these data.
  ///
  /// - Throws: ``ConfigurationError/doesNotFit(_:)`` where the grid does not suit the model, and
  ///   ``ConfigurationError/tooLarge(parameters:bytes:memory:options:)`` where the memory lacks the room.
  package func model(_ configuration: TrainingConfiguration) throws(ConfigurationError) -> any NeuralOperator
  {
    let description = configuration.model.description
    let model: any NeuralOperator
    do {
      model = try description.model(
        for: ModelTask(
          shape: loader.spatialShape, variables: file.variables.count,
          initialSteps: configuration.model.initialSteps))
    } catch {
      throw .doesNotFit(error.reason)
    }
    if let objection = model.objection(toShape: loader.spatialShape) {
      throw .doesNotFit("\(file.path): \(objection)")
    }
    // Weights, gradients and the optimizer's two moments.
    let bytes = 4 * MemoryLayout<Float>.stride * model.parameterCount
    guard bytes < SystemMemory.bytes else {
      throw .tooLarge(
        parameters: model.parameterCount, bytes: bytes, memory: SystemMemory.bytes,
        options: type(of: description).sizeOptions)
    }
    return model
  }

  /// Reads every sample that the run will use, so that a number that is not finite shows before anything is written.
  ///
  /// - Parameter progress: Is told how many samples have been read, and of how many.
  /// - Returns: The statistics of the training samples.
  /// - Throws: What is wrong with the data.
  func survey(_ progress: (_ done: Int, _ total: Int) -> Void) throws(DataFileError) -> VariableStatistics {
    let others = split.test + split.validation
    let total = split.training.count + others.count
    let statistics = try loader.statistics(of: split.training) { progress($0, total) }
    var done = split.training.count
    let samples = loader.batches(others.map { [$0] })
    while try samples.next() != nil {
      done += 1
      progress(done, total)
    }
    return statistics
  }

  /// The training samples of an epoch in batches, in the order that the seed gives it.
  func batches(epoch: Int, _ configuration: TrainingConfiguration) -> [[Int]] {
    var order = split.training
    if configuration.data.shuffle {
      var generator = CounterGenerator(seed: configuration.run.seed, purpose: .shuffle, epoch: epoch)
      order.shuffle(using: &generator)
    }
    return order.batches(of: configuration.data.batchSize)
  }
}

extension [Int] {
  /// Pieces of at most `size` samples, in order.
  func batches(of size: Int) -> [[Int]] {
    stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
  }
}
