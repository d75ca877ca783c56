import HDF5
import PDEData
import TensorCore
import TestSupport
import Testing

@Suite("Batch loader") struct BatchLoaderTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// One way of storing a flow and of thinning it out.
  struct Case: CustomTestStringConvertible {
    var spatialShape: [Int]
    var type = FloatingPointType.float32
    var chunk: [Int]?
    var deflate = 0
    var space = 1
    var time = 1

    var testDescription: String {
      "\(spatialShape) \(type) \(chunk.map { "\($0)" } ?? "contiguous") deflate \(deflate), every \(space) in space, \(time) in time"
    }
  }

  static let cases = [
    Case(spatialShape: [9]),
    Case(spatialShape: [9], type: .float64, space: 2, time: 2),
    Case(spatialShape: [8], chunk: [4, 3, 5], deflate: 3, space: 3),
    Case(spatialShape: [5, 7], time: 3),
    Case(spatialShape: [6, 5], type: .float64, chunk: [1, 7, 6, 5], deflate: 1, space: 2, time: 2),
    Case(spatialShape: [6, 5], chunk: [3, 2, 4, 4], space: 3),
    Case(spatialShape: [3, 4, 5], space: 2),
    Case(spatialShape: [4, 3, 5], chunk: [2, 2, 2, 2, 2], deflate: 6, space: 2, time: 4),
  ]

  /// What a batch must hold, by the numbering of the flow, one element at a time.
  func expected(_ flow: NumberedFlow, _ samples: [Int], space: Int, time: Int) -> Tensor {
    let frames = Array(stride(from: 0, to: flow.frames, by: time))
    let axes = flow.spatialShape.map { Array(stride(from: 0, to: $0, by: space)) }
    var elements: [Float] = []
    for sample in samples {
      for frame in frames {
        for variable in flow.variables.indices {
          var cells = [0]
          for (axis, kept) in axes.enumerated() {
            cells = cells.flatMap { cell in kept.map { cell * flow.spatialShape[axis] + $0 } }
          }
          elements += cells.map { flow.value(variable, sample, frame, $0) }
        }
      }
    }
    return Tensor(elements, shape: [samples.count, frames.count, flow.variables.count] + axes.map(\.count))
  }

  @Test("a batch holds the samples' own values, time-major, variables before space", arguments: cases)
  func values(_ item: Case) throws {
    let flow = NumberedFlow(
      samples: 6, frames: 7, spatialShape: item.spatialShape, type: item.type, chunk: item.chunk,
      deflate: item.deflate)
    let file = try PDEBenchFile(path: flow.write(to: folder.file("flow.hdf5")))
    let loader = try BatchLoader(
      file, subsampling: Subsampling(reducedResolution: item.space, reducedResolutionTime: item.time))
    let batch = try loader.batch([4, 0, 5, 4])
    #expect(batch.samples == [4, 0, 5, 4])
    #expect(batch.frames == expected(flow, [4, 0, 5, 4], space: item.space, time: item.time))
    #expect(loader.sampleShape == Array(batch.frames.shape.dropFirst()))
  }

  @Test("a sample larger than a block is read whole")
  func largeSample() throws {
    // A frame is 1.2 MB, so that a sample is read in blocks of three frames and a rest.
    let flow = NumberedFlow(samples: 1, frames: 7, spatialShape: [556, 556])
    let file = try PDEBenchFile(path: flow.write(to: folder.file("flow.hdf5")))
    let batch = try BatchLoader(file).batch([0])
    #expect(batch.frames == expected(flow, [0], space: 1, time: 1))
    let summary = try FileSummary(of: file)
    #expect(summary.variables[1].minimum == flow.value(1, 0, 0, 0))
    #expect(summary.variables[1].maximum == flow.value(1, 0, 6, 556 * 556 - 1))
  }

  @Test("frames beyond the limit are left out")
  func frameLimit() throws {
    let file = try PDEBenchFile(path: NumberedFlow(frames: 9).write(to: folder.file("flow.hdf5")))
    let loader = try BatchLoader(
      file, subsampling: Subsampling(reducedResolutionTime: 2, frameLimit: 3))
    #expect(loader.frameIndices == [0, 2, 4])
    #expect(loader.times == [0, 0.5, 1])
    #expect(try loader.batch([0]).frames.shape == [1, 3, 3, 8])
  }

  @Test(
    "what is read ahead does not depend on the cache, nor on how far ahead",
    arguments: [0, 1, 3000, 10_000, .max], [1, 2, 7])
  func caches(memory: Int, readAhead: Int) throws {
    let flow = NumberedFlow(samples: 12, frames: 5, spatialShape: [5, 6], chunk: [1, 5, 5, 6], deflate: 1)
    let file = try PDEBenchFile(path: flow.write(to: folder.file("flow.hdf5")))
    let loader = try BatchLoader(file, cacheMemory: memory)
    let sampleBytes = 5 * 4 * 30 * 4
    for epoch in 0..<3 {
      var generator = CounterGenerator(seed: 3, purpose: .test, epoch: epoch)
      let shuffled = Array(0..<12).shuffled(using: &generator)
      let order = [Array(shuffled[0..<5]), Array(shuffled[5..<10]), Array(shuffled[10..<12])]
      let stream = loader.batches(order, readAhead: readAhead)
      for samples in order {
        let batch = try #require(try stream.next())
        #expect(batch.samples == samples)
        #expect(batch.frames == expected(flow, samples, space: 1, time: 1))
      }
      #expect(try stream.next() == nil)
      #expect(try stream.next() == nil)
      #expect(loader.cachedBytes <= memory)
      #expect(loader.cachedBytes == min(memory / sampleBytes, 12) * sampleBytes)
    }
  }

  @Test("a cached sample is not read again")
  func noReading() throws {
    let flow = NumberedFlow()
    let path = try flow.write(to: folder.file("flow.hdf5"))
    let loader = try BatchLoader(PDEBenchFile(path: path), cacheMemory: .max)
    let first = try loader.batch([1])
    // The same place in the file now holds other values; only a sample that was not read yet sees them.
    var other = flow
    other.exceptions = ["density": [0: -1, 40: -2]]
    try overwrite(path, with: other)
    #expect(try loader.batch([1]).frames == first.frames)
  }

  /// Changes the values of an existing file in place.
  private func overwrite(_ path: String, with flow: NumberedFlow) throws {
    let other = try flow.write(to: folder.file("other.hdf5"))
    try copyBytes(from: other, over: path)
  }

  @Test("letting go of a stream in the middle does no harm")
  func abandoned() throws {
    let file = try PDEBenchFile(path: NumberedFlow(samples: 30).write(to: folder.file("flow.hdf5")))
    let loader = try BatchLoader(file)
    for _ in 0..<20 {
      let stream = loader.batches((0..<30).map { [$0] }, readAhead: 4)
      #expect(try stream.next()?.samples == [0])
    }
    #expect(try loader.batches([]).next() == nil)
  }

  @Test(
    "a number that is not finite is reported with its place, and ends the stream",
    arguments: [Float.nan, .infinity, -.infinity])
  func notFinite(value: Float) throws {
    // Sample 3, frame 4, cell (2, 4).
    let offset = ((3 * 5 + 4) * 4 + 2) * 6 + 4
    let flow = NumberedFlow(spatialShape: [4, 6], exceptions: ["Vx": [offset: value]])
    let file = try PDEBenchFile(path: flow.write(to: folder.file("flow.hdf5")))
    let loader = try BatchLoader(
      file, subsampling: Subsampling(reducedResolution: 2, reducedResolutionTime: 2))
    let stream = loader.batches([[0, 1], [2, 3], [4, 5]])
    #expect(try stream.next()?.samples == [0, 1])
    let error = #expect(throws: DataFileError.self) { try stream.next() }
    guard case .notFinite(let found, "Vx", file.path, [3, 4, 2, 4]) = error else {
      Issue.record("expected a number that is not finite, got \(String(describing: error))")
      return
    }
    #expect(found.isNaN == value.isNaN)
    #expect(value.isNaN || found == Double(value))
    #expect(try stream.next() == nil)
    // Every other frame from the first on, but every point of an odd row: the bad one is not used.
    let skipping = try BatchLoader(file, subsampling: Subsampling(reducedResolution: 3))
    #expect(try skipping.batch([3]).frames.isFinite)
  }

  @Test("fields that HDF5 cannot read give its reason")
  func brokenWhileReading() throws {
    let flow = NumberedFlow(
      samples: 4, frames: 4, spatialShape: [64, 64], chunk: [1, 4, 64, 64], deflate: 5)
    let path = try flow.write(to: folder.file("flow.hdf5"))
    try fillBytes(of: path, from: 0.1, to: 0.2)
    let loader = try BatchLoader(PDEBenchFile(path: path))
    let error = #expect(throws: DataFileError.self) { try loader.batch([0, 1, 2, 3]) }
    guard case .hdf5(.readFailed(_, path, _, let stack)) = error else {
      Issue.record("expected a failed read, got \(String(describing: error))")
      return
    }
    #expect(!stack.isEmpty)
  }

  @Test("the grid gives each point its coordinates, axis by axis")
  func grid() throws {
    let flow = NumberedFlow(spatialShape: [4, 6, 2])
    let file = try PDEBenchFile(path: flow.write(to: folder.file("flow.hdf5")))
    let full = try BatchLoader(file)
    let grid = full.grid
    #expect(grid.shape == [3, 4, 6, 2])
    for x in 0..<4 {
      for y in 0..<6 {
        for z in 0..<2 {
          #expect(grid[0, x, y, z] == Float(file.coordinates[0][x]))
          #expect(grid[1, x, y, z] == Float(file.coordinates[1][y]))
          #expect(grid[2, x, y, z] == Float(file.coordinates[2][z]))
        }
      }
    }
    let flat = try PDEBenchFile(path: NumberedFlow(spatialShape: [5, 6]).write(to: folder.file("flat.hdf5")))
    let thin = try BatchLoader(flat, subsampling: Subsampling(reducedResolution: 2))
    #expect(thin.grid.shape == [2, 3, 3])
    #expect(thin.grid[0, 2, 0] == Float(flat.coordinates[0][4]))
    #expect(thin.grid[1, 0, 2] == Float(flat.coordinates[1][4]))
  }

  @Test("statistics are those of the samples, frames and points that are used")
  func statistics() throws {
    let flow = NumberedFlow(samples: 8, frames: 6, spatialShape: [7, 5])
    let file = try PDEBenchFile(path: flow.write(to: folder.file("flow.hdf5")))
    let subsampling = Subsampling(reducedResolution: 2, reducedResolutionTime: 2)
    let samples = [1, 3, 6]
    let loader = try BatchLoader(file, subsampling: subsampling, cacheMemory: 0)
    let statistics = try loader.statistics(of: samples)
    #expect(statistics.variables == ["density", "pressure", "Vx", "Vy"])

    let all = expected(flow, samples, space: 2, time: 2)
    let points = 4 * 3
    for variable in 0..<4 {
      let values = all.elements.enumerated().filter { $0.offset / points % 4 == variable }.map {
        Double($0.element)
      }
      let mean = values.reduce(0, +) / Double(values.count)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
      #expect(abs(statistics.mean[variable] - mean) < 1e-12 * mean)
      #expect(
        abs(statistics.standardDeviation[variable] - variance.squareRoot()) < 1e-12 * variance.squareRoot())
    }
    let cached = try BatchLoader(file, subsampling: subsampling)
    _ = try cached.batch([6, 1])
    #expect(try cached.statistics(of: samples) == statistics)
  }

  @Test("the spread of a variable far from zero is not lost")
  func smallSpread() throws {
    var flow = NumberedFlow(samples: 2, frames: 4, spatialShape: [8])
    flow.exceptions["density"] = Dictionary(
      uniqueKeysWithValues: (0..<64).map { ($0, 1e6 + ($0.isMultiple(of: 2) ? 0.25 : -0.25)) })
    let file = try PDEBenchFile(path: flow.write(to: folder.file("flow.hdf5")))
    let statistics = try BatchLoader(file).statistics(of: [0, 1])
    #expect(statistics.mean[0] == 1e6)
    #expect(statistics.standardDeviation[0] == 0.25)
  }
}
