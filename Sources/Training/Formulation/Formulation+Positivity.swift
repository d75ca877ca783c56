import PDEData
import Symmetries
import TensorCore

extension Formulation {
  /// Checks that the canonical form exists of some frames.
  ///
  /// - Parameters:
  ///   - frames: `[samples, frames, variables, x(, y(, z))]`, in the data's units.
  ///   - samples: The samples' places in the data set.
  ///   - file: The data set's name.
  /// - Throws: ``ConfigurationError/notPositive(file:name:value:place:)``.
  func requirePositive(_ frames: Tensor, of samples: [Int], in file: String) throws(ConfigurationError) {
    guard let (sample, name, value) = canonical?.notPositive(in: frames) else { return }
    throw .notPositive(file: file, name: name, value: value, place: "sample \(samples[sample])")
  }

  /// Checks that the canonical form exists of all training samples.
  ///
  /// - Parameter data: The data, with the statistics of its variables.
  /// - Throws: ``ConfigurationError/notPositive(file:name:value:place:)``, or what reading the samples throws.
  func requirePositive(in data: TrainingData) throws {
    guard let canonical, let least = data.statistics?.minimum, canonical.mayLackPositivity(least) else {
      return
    }
    let samples = data.loader.batches(data.split.training.map { [$0] })
    while let batch = try samples.next() {
      try requirePositive(batch.frames, of: batch.samples, in: data.dataSet.path)
    }
  }
}
