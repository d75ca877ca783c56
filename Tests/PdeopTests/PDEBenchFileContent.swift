import PDEData
import TensorCore

/// The fields of a file, as its loader reads them.
struct PDEBenchFileContent {
  private let loader: BatchLoader

  init(_ path: String) throws {
    loader = try BatchLoader(PDEBenchFile(path: path))
  }

  /// One sample, `[time, variable, x(, y(, z))]`.
  func sample(_ sample: Int) throws -> Tensor {
    try loader.batch([sample]).frames.reshaped(loader.sampleShape)
  }
}
