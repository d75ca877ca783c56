import Foundation
import HDF5
import PDEData
import SystemFiles
import TensorCore
import TestSupport
import Testing

@Suite("PDEBench writer") struct PDEBenchWriterTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A layout with parameters, on a grid of the given shape.
  func layout(_ spatialShape: [Int], frames: Int = 4) -> PDEBenchLayout {
    PDEBenchLayout(
      variables: PDEBenchFile.Kind.compressibleFlow.variables(dimensions: spatialShape.count),
      coordinates: spatialShape.map { points in (0..<points).map { (Double($0) + 0.5) / Double(points) } },
      times: (0..<frames).map { Double($0) * 0.5 },
      attributes: ["eta": .number(0.01), "solver": .text("a test")])
  }

  /// A sample of random numbers.
  func sample(_ index: Int, _ layout: PDEBenchLayout) -> Tensor {
    var generator = CounterGenerator(seed: 1, purpose: .test, index: index)
    let shape = [layout.frames, layout.variables.count] + layout.spatialShape
    return Tensor((0..<shape.reduce(1, *)).map { _ in generator.uniform() - 0.5 }, shape: shape)
  }

  @Test("what is written is read again, bit by bit", arguments: [[16], [5, 6], [3, 4, 5]], [0, 5])
  func roundTrip(spatialShape: [Int], deflateLevel: Int) throws {
    let layout = layout(spatialShape)
    let path = folder.file("new.hdf5")
    let writer = try PDEBenchWriter(path: path, layout: layout, deflateLevel: deflateLevel)
    for index in 0..<3 { try writer.append(sample(index, layout)) }
    #expect(writer.samples == 3)
    #expect(!FileManager.default.fileExists(atPath: path))
    try writer.finish()
    #expect(try folder.content == ["new.hdf5"])

    let file = try PDEBenchFile(path: path)
    #expect(file.variables == layout.variables)
    #expect(file.samples == 3)
    #expect(file.times == [0, 0.5, 1, 1.5])
    #expect(file.attributes == layout.attributes)
    #expect(file.storage[0].filters == (deflateLevel == 0 ? [] : ["shuffle", "deflate 5"]))
    #expect(file.notes.isEmpty)
    for (values, written) in zip(file.coordinates, layout.coordinates) {
      #expect(values == written.map { Double(Float($0)) })
    }
    #expect(try HDF5File(reading: path).doubles(at: "t-coordinate") == [0, 0.5, 1, 1.5, 2])
    let batch = try BatchLoader(file: file).batch([2, 0, 1])
    let expected = [2, 0, 1].flatMap { sample($0, layout).elements }
    #expect(batch.frames == Tensor(expected, shape: batch.frames.shape))
  }

  @Test("the same content gives the same bytes, whenever it is written")
  func sameBytes() async throws {
    let layout = layout([5, 6])
    var contents: [Data] = []
    for name in ["first.hdf5", "second.hdf5"] {
      let writer = try PDEBenchWriter(path: folder.file(name), layout: layout, deflateLevel: 5)
      try writer.append(sample(0, layout))
      try writer.finish()
      contents.append(try Data(contentsOf: URL(filePath: folder.file(name))))
      // A time stamp in the file would count seconds.
      try await Task.sleep(for: .milliseconds(1100))
    }
    #expect(contents[0] == contents[1])
  }

  @Test("a sample larger than a chunk is written in several")
  func largeSample() throws {
    let layout = layout([700, 600], frames: 5)
    let path = folder.file("large.hdf5")
    let writer = try PDEBenchWriter(path: path, layout: layout)
    try writer.append(sample(7, layout))
    try writer.finish()
    let file = try PDEBenchFile(path: path)
    #expect(file.storage[0].chunk == [1, 2, 700, 600])
    #expect(try BatchLoader(file: file).batch([0]).frames.elements == sample(7, layout).elements)
  }

  @Test("predictions lie on the points and times of the data that they belong to")
  func besideALoader() throws {
    let flow = NumberedFlow(samples: 2, frames: 7, spatialShape: [8, 6])
    let file = try PDEBenchFile(path: flow.write(to: folder.file("flow.hdf5")))
    let subsampling = Subsampling(reducedResolution: 2, reducedResolutionTime: 3)
    let loader = try BatchLoader(file: file, subsampling: subsampling)
    let path = folder.file("prediction.hdf5")
    let writer = try PDEBenchWriter(path: path, layout: PDEBenchLayout(of: loader))
    let batch = try loader.batch([1])
    try writer.append(batch.frames.reshaped(loader.sampleShape))
    try writer.finish()

    let prediction = try PDEBenchFile(path: path)
    #expect(prediction.coordinates == loader.coordinates)
    #expect(prediction.times == loader.times)
    #expect(prediction.attributes == file.attributes)
    #expect(try BatchLoader(file: prediction).batch([0]).frames == batch.frames)
  }

  @Test("an existing file is replaced only when asked, and only by a finished one")
  func existing() throws {
    let path = folder.file("flow.hdf5")
    try NumberedFlow().write(to: path)
    let before = try Data(contentsOf: URL(filePath: path))
    #expect(throws: DataFileError.fileExists(file: path)) {
      try PDEBenchWriter(path: path, layout: layout([4]))
    }
    do {
      let abandoned = try PDEBenchWriter(path: path, layout: layout([4]), replacing: true)
      try abandoned.append(sample(0, layout([4])))
    }
    #expect(try folder.content == ["flow.hdf5"])
    #expect(try Data(contentsOf: URL(filePath: path)) == before)
    let writer = try PDEBenchWriter(path: path, layout: layout([4]), replacing: true)
    try writer.append(sample(0, layout([4])))
    try writer.finish()
    #expect(try PDEBenchFile(path: path).spatialShape == [4])
    #expect(try folder.content == ["flow.hdf5"])
  }

  @Test("a file without samples is not finished")
  func empty() throws {
    let path = folder.file("none.hdf5")
    let writer = try PDEBenchWriter(path: path, layout: layout([4]))
    #expect(throws: DataFileError.nothingWritten(file: path)) { try writer.finish() }
    #expect(try folder.content.isEmpty)
  }

  @Test("a folder that does not exist is reported before anything is computed")
  func missingFolder() {
    let path = folder.file("absent/new.hdf5")
    let error = #expect(throws: DataFileError.self) { try PDEBenchWriter(path: path, layout: layout([4])) }
    guard case .replacementFailed = error else {
      Issue.record("expected a failed replacement, got \(String(describing: error))")
      return
    }
    #expect(error?.fault == .run)
    #expect(error?.description.hasPrefix(path) == true)
  }

  @Test("a full disk is an error that leaves nothing behind")
  func fullDisk() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      // A limit on the size of files fails writes as a full disk does, and needs no disk.
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 300_000, rlim_max: 300_000)
      try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
      let layout = PDEBenchLayout(
        variables: ["density", "pressure", "Vx"], coordinates: [(0..<1000).map(Double.init)],
        times: [0, 1, 2])
      let path = folder.file("new.hdf5")
      let writer = try PDEBenchWriter(path: path, layout: layout)
      let error = #expect(throws: DataFileError.self) {
        for _ in 0..<20 { try writer.append(Tensor(repeating: 1, shape: [3, 3, 1000])) }
      }
      guard case .hdf5(.writeFailed(_, path, _, let stack)) = error else {
        Issue.record("expected a failed write, got \(String(describing: error))")
        return
      }
      #expect(error?.fault == .run)
      #expect(!stack.isEmpty)
      #expect(writer.samples < 20)
      #expect(try folder.content.isEmpty)
      // The library goes on working after that.
      try NumberedFlow().write(to: folder.file("small.hdf5"))
      #expect(try PDEBenchFile(path: folder.file("small.hdf5")).samples == 6)
    }
  }

  @Test("an independent reader sees the same file", .enabled(if: h5dump != nil, "h5dump is not installed"))
  func independentReader() throws {
    let layout = layout([4], frames: 2)
    let path = folder.file("new.hdf5")
    let writer = try PDEBenchWriter(path: path, layout: layout, deflateLevel: 4)
    for index in 0..<3 { try writer.append(sample(index, layout)) }
    try writer.finish()
    func dump(_ arguments: String...) throws -> String {
      try output(of: "h5dump", arguments + [path]) ?? ""
    }
    let header = try dump("-H")
    #expect(header.contains("H5T_IEEE_F32LE"))
    #expect(header.contains("( 3, 2, 4 ) / ( H5S_UNLIMITED, 2, 4 )"))
    #expect(header.contains("DATASPACE  SIMPLE { ( 3 ) / ( 3 ) }"))
    #expect(try dump("-a", "eta").contains("0.01"))
    #expect(try dump("-a", "solver").contains("\"a test\""))
    // Sample 2, both frames, in full precision and without indices.
    let text = try dump("-y", "-m", "%.9g", "-d", "pressure", "-s", "2,0,0", "-c", "1,2,4")
    let data = try #require(text.firstRange(of: "DATA {")?.upperBound)
    let numbers = text[data...].prefix { $0 != "}" }.split { ", \n".contains($0) }.compactMap { Float($0) }
    let written = sample(2, layout)
    #expect(numbers == (0..<2).flatMap { frame in (0..<4).map { written[frame, 1, $0] } })
  }
}

private let h5dump = try? output(of: "h5dump", ["--version"])
