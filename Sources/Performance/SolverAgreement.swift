import DataGeneration
import PDEData
import PDESolvers
import TensorCore

/// How far computed flows are from stored ones that start from the same states.
///
/// The distance is relative, in the mean square over all samples, frames and points: ‖computed − stored‖₂ / ‖stored‖₂.
package struct SolverAgreement: Sendable, Encodable {
  /// The file of the stored flows.
  package let file: String
  /// The number of samples.
  package let samples: Int
  /// The number of frames after the first, which is given.
  package let frames: Int
  /// The variables.
  package let variables: [String]
  /// The distance over all frames, by variable.
  package let relativeError: [Double]
  /// How many frames after the first ``earlyError`` is over.
  package let earlyFrames: Int
  /// The distance over the first frames, by variable.
  package let earlyError: [Double]

  private enum CodingKeys: String, CodingKey {
    case file, samples, frames, variables
    case relativeError = "relative_error"
    case earlyFrames = "early_frames"
    case earlyError = "early_error"
  }

  /// Computes all samples of a file again from their first frames, on all cores.
  ///
  /// - Parameters:
  ///   - path: A file of compressible flows.
  ///   - earlyFrames: How many frames after the first count as early.
  /// - Throws: If the file cannot be read, says too little for its flows to be computed again, has frames that are not evenly
  ///   spaced in time, or a sample cannot be computed.
  package init(with path: String, earlyFrames: Int) throws {
    let file = try PDEBenchFile(path: path)
    guard file.frames > 1 else {
      throw SubsamplingError.tooFewFrames(file: path, inFile: file.frames, left: file.frames, initialSteps: 1)
    }
    let source = try FlowSource(startingFrom: path, dimensions: file.dimensions)
    let loader = try BatchLoader(file, cacheMemory: 0)
    let early = min(earlyFrames, file.frames - 1)
    let sums = try parallelMap(file.samples) { sample in
      let computed = try source.sample(sample).content.frames
      let stored = try loader.batch([sample]).frames
      return file.variables.indices.map { variable in
        [1...early, 1...(file.frames - 1)].map { Self.squares(computed, stored, variable, frames: $0) }
      }
    }
    func error(_ variable: Int, _ range: Int) -> Double {
      let total = sums.map { $0[variable][range] }.reduce((0, 0)) { ($0.0 + $1.difference, $0.1 + $1.size) }
      return (total.0 / total.1).squareRoot()
    }
    self.file = path
    samples = file.samples
    frames = file.frames - 1
    variables = file.variableNames
    self.earlyFrames = early
    earlyError = file.variables.indices.map { error($0, 0) }
    relativeError = file.variables.indices.map { error($0, 1) }
  }

  private static func squares(
    _ computed: Tensor, _ stored: Tensor, _ variable: Int, frames: ClosedRange<Int>
  ) -> (difference: Double, size: Double) {
    let variables = computed.shape[1]
    let points = computed.count / (computed.shape[0] * variables)
    let (computed, stored) = (computed.elements, stored.elements)
    var (difference, size) = (0.0, 0.0)
    for frame in frames {
      let start = (frame * variables + variable) * points
      for point in start..<start + points {
        let (a, b) = (Double(computed[point]), Double(stored[point]))
        difference += (a - b) * (a - b)
        size += b * b
      }
    }
    return (difference, size)
  }
}
