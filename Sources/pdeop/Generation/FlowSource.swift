import PDEData
import PDESolvers
import TensorCore

/// Where the samples of a data set come from.
enum FlowSource {
  /// Random initial states.
  case random(RandomFlow)
  /// The first frames of a file's samples.
  case file(BatchLoader, CompressibleFlow)

  /// The equations, the grid and the frames.
  var flow: CompressibleFlow {
    switch self {
    case .random(let flows): flows.flow
    case .file(_, let flow): flow
    }
  }

  /// Computes one sample.
  func sample(_ index: Int) throws -> RandomFlow.Sample {
    switch self {
    case .random(let flows):
      return try naming(index, nil) { () throws(CompressibleFlowError) in try flows.sample(index) }
    case .file(let loader, let flow):
      let frames = try loader.batch([index]).frames
      return try naming(index, loader.file.path) { () throws(CompressibleFlowError) in
        RandomFlow.Sample(
          solution: try flow.solve(initial: frames.reshaped(Array(frames.shape[2...]))), attempts: 1)
      }
    }
  }

  /// Says in an error which sample it is about.
  private func naming(
    _ sample: Int, _ file: String?, _ body: () throws(CompressibleFlowError) -> RandomFlow.Sample
  ) throws(GenerationError) -> RandomFlow.Sample {
    do {
      return try body()
    } catch {
      throw .sampleFailed(sample: sample, file: file, reason: error)
    }
  }

  /// What the file says about its samples.
  ///
  /// `eta`, `zeta` and `M` are PDEBench's names.
  func attributes(firstSample: Int) -> [String: AttributeValue] {
    let configuration = flow.configuration
    var attributes: [String: AttributeValue] = [
      "eta": .number(configuration.shearViscosity), "zeta": .number(configuration.bulkViscosity),
      "gamma": .number(configuration.heatCapacityRatio), "boundary": .text(configuration.boundary.rawValue),
      "ghost_update": .text(configuration.ghostUpdate.rawValue),
      FlowDataSet.firstSample: .number(Double(firstSample)),
    ]
    switch self {
    case .random(let flows):
      attributes["initial_state"] = .text(flows.initialState.rawValue)
      // A number would lose the last bits of a large seed.
      attributes["seed"] = .text("\(flows.seed)")
      if InitialState.hasMachNumber(dimensions: configuration.dimensions) {
        attributes["M"] = .number(flows.machNumber)
      }
    case .file(let loader, _):
      attributes["initial_from"] = .text(loader.file.path.split(separator: "/").last.map(String.init) ?? "")
      attributes["M"] = loader.file.attributes["M"]
    }
    return attributes
  }
}

extension FlowOptions {
  /// Where the samples come from, and how many there are.
  func source(dimensions: Int) throws -> (source: FlowSource, count: Int) {
    guard let initialFrom else { return (.random(try randomFlow(dimensions: dimensions)), samples ?? 0) }
    let file = try PDEBenchFile(path: initialFrom)
    guard file.kind == .compressibleFlow, file.dimensions == dimensions else {
      throw GenerationError.otherKind(file: initialFrom, dimensions: file.dimensions, expected: dimensions)
    }
    let available = file.samples - firstSample
    guard available > 0, samples ?? 1 <= available else {
      throw GenerationError.tooFewSamples(
        file: initialFrom, samples: file.samples, first: firstSample, count: samples)
    }
    let loader = try BatchLoader(
      file: file, subsampling: Subsampling(reducedResolutionTime: file.frames), cacheMemory: 0)
    return (.file(loader, try CompressibleFlow(configuration(of: file))), samples ?? available)
  }

  /// The settings that a file stores, changed by the options that were given.
  private func configuration(of file: PDEBenchFile) throws -> CompressibleFlow.Configuration {
    var configuration = CompressibleFlow.Configuration(resolution: file.spatialShape)
    configuration.domain = try file.coordinates.enumerated().map { axis, centers in
      let spacing = (centers[centers.count - 1] - centers[0]) / Double(max(centers.count - 1, 1))
      let isUniform = zip(centers, centers.dropFirst()).allSatisfy { abs($1 - $0 - spacing) < 1e-2 * spacing }
      guard spacing > 0, isUniform else { throw GenerationError.unevenGrid(file: file.path, axis: axis) }
      return centers[0] - spacing / 2...centers[centers.count - 1] + spacing / 2
    }
    if file.frames > 1 {
      configuration.finalTime = file.times[file.frames - 1] - file.times[0]
      configuration.saveInterval = configuration.finalTime / Double(file.frames - 1)
    }
    let stored = file.parameters
    configuration.shearViscosity = stored["eta"] ?? configuration.shearViscosity
    configuration.bulkViscosity = stored["zeta"] ?? configuration.bulkViscosity
    configuration.heatCapacityRatio = stored["gamma"] ?? configuration.heatCapacityRatio
    if case .text(let name)? = file.attributes["boundary"],
      let boundary = CompressibleFlow.Boundary(rawValue: name)
    {
      configuration.boundary = boundary
    } else {
      configuration.boundary = FlowFileName.boundary(in: file.path) ?? .periodic
    }
    apply(to: &configuration)
    return configuration
  }
}
