import HDF5
package import PDEData
package import PDESolvers
import SystemFiles
import TensorCore

/// Where the samples of a data set come from.
package enum FlowSource: SampleSource {
  /// The attribute with the name of the file that flows start from.
  static let originAttribute = "initial_from"
  /// The attribute with the hash of that file.
  static let hashAttribute = "initial_hash"

  /// Random initial states.
  case random(RandomFlow)
  /// The first frames of a file's samples; the hash of the grid and the first of them tells it from another one of its name.
  case file(BatchLoader, CompressibleFlow, hash: String)

  /// The samples of a file, computed again from their first frames.
  ///
  /// - Parameters:
  ///   - path: A file of compressible flows.
  ///   - dimensions: The number of dimensions that they must have.
  ///   - changes: What is to be other than in the file.
  /// - Throws: If the file cannot be read, holds something else, says too little, or its settings cannot be computed with.
  package init(
    startingFrom path: String, dimensions: Int, changes: FlowChanges = FlowChanges()
  ) throws {
    let file = try PDEBenchFile(path: path)
    guard file.kind == .compressibleFlow, file.dimensions == dimensions else {
      throw GenerationError.otherKind(file: path, dimensions: file.dimensions, expected: dimensions)
    }
    let configuration = try CompressibleFlow.Configuration(of: file, changes: changes)
    let firstFrames = Subsampling(reducedResolutionTime: file.frames)
    self = .file(
      try BatchLoader(file, subsampling: firstFrames, cacheMemory: 0),
      try CompressibleFlow(configuration), hash: try Self.hash(of: file))
  }

  /// The hash of a file's grid and of its first state, which more samples behind it do not change.
  private static func hash(of file: PDEBenchFile) throws -> String {
    let first = FieldSlab(sample: 0, variables: Array(file.variables.indices), frames: [0])
    var state = [Float](repeating: 0, count: first.shape(of: file.spatialShape).reduce(1, *))
    var target = state.mutableSpan
    try file.read(first, into: &target)
    var checksum = Checksum()
    for coordinates in file.coordinates { checksum.update(coordinates) }
    checksum.update(state)
    return checksum.text
  }

  /// The equations, the grid and the frames.
  package var flow: CompressibleFlow {
    switch self {
    case .random(let flows): flows.flow
    case .file(_, let flow, _): flow
    }
  }

  /// The file of the initial states.
  package var origin: (file: String, samples: Int)? {
    switch self {
    case .random: nil
    case .file(let loader, _, _): (loader.dataSet.path, loader.dataSet.samples)
    }
  }

  /// What a file of the flows describes.
  package var layout: PDEBenchLayout {
    let configuration = flow.configuration
    return PDEBenchLayout(
      variables: flow.variables, coordinates: configuration.coordinates, times: configuration.times,
      attributes: attributes, extras: [PDEBenchFile.flooredCells: []])
  }

  /// Computes one sample.
  package func sample(_ index: Int) throws -> GeneratedSample {
    switch self {
    case .random(let flows):
      return try naming(index, nil) { () throws(SolverError) in try flows.sample(index) }
    case .file(let loader, let flow, _):
      let frames = try loader.batch([index]).frames
      let initial = frames.reshaped(Array(frames.shape[2...]))
      return try naming(index, loader.dataSet.path) { () throws(SolverError) in
        RandomFlow.Sample(solution: try flow.solve(initial: initial), attempts: 1)
      }
    }
  }

  /// Says in an error which sample it is about.
  private func naming(
    _ sample: Int, _ file: String?, _ body: () throws(SolverError) -> RandomFlow.Sample
  ) throws(GenerationError) -> GeneratedSample {
    do {
      let sample = try body()
      let cells = flow.configuration.resolution.reduce(1, *)
      let floored = Tensor([Float(sample.solution.flooredCells)], shape: [])
      return GeneratedSample(
        PDEBenchSample(frames: sample.solution.frames, extras: [PDEBenchFile.flooredCells: floored]),
        attempts: sample.attempts, pointUpdates: sample.solution.steps * cells)
    } catch {
      throw .sampleFailed(sample: sample, file: file, reason: error)
    }
  }

  /// What the file says about its samples. `eta`, `zeta` and `M` are PDEBench's names.
  private var attributes: [String: AttributeValue] {
    let configuration = flow.configuration
    var attributes: [String: AttributeValue] = [
      "eta": .number(configuration.shearViscosity), "zeta": .number(configuration.bulkViscosity),
      "gamma": .number(configuration.heatCapacityRatio), "boundary": .text(configuration.boundary.rawValue),
      "stress": .text(configuration.stress.rawValue),
    ]
    if configuration.stress == .pdebench {
      attributes["ghost_update"] = .text(configuration.ghostUpdate.rawValue)
    }
    switch self {
    case .random(let flows):
      attributes["initial_state"] = .text(flows.initialState.rawValue)
      // A number would lose the last bits of a large seed.
      attributes["seed"] = .text("\(flows.seed)")
      if InitialState.hasMachNumber(dimensions: configuration.dimensions) {
        attributes["M"] = .number(flows.machNumber)
      }
      // Waves in space had amplitudes of |k|^(−1/2) before, and no file said so.
      if configuration.dimensions == 3 { attributes["spectrum"] = .text("1/|k|") }
    case .file(let loader, _, let hash):
      attributes[Self.hashAttribute] = .text(hash)
      attributes[Self.originAttribute] = .text(FilePath.name(of: loader.dataSet.path))
      attributes["M"] = loader.dataSet.attributes["M"]
    }
    return attributes
  }
}
