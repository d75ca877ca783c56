import DataGeneration
import Foundation
import HDF5
import PDEData
import PDESolvers
import SystemFiles
import TensorCore
import TestSupport
import Testing

/// Files of flows, as the command makes them.
@Suite struct GeneratedDataSetTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func path(_ name: String) -> String { folder.file(name) }

  private func flows(_ seed: UInt64 = 5, resolution: [Int] = [32]) throws -> FlowSource {
    let configuration = CompressibleFlow.Configuration(
      resolution: resolution, finalTime: 0.1, saveInterval: 0.05)
    return .random(
      try RandomFlow(flow: CompressibleFlow(configuration), initialState: .rand, machNumber: 0.2, seed: seed))
  }

  @discardableResult
  private func make(
    _ source: FlowSource, _ name: String, first: Int = 0, count: Int? = nil, interruptedAfter: Int = .max
  ) throws -> GeneratedDataSet.Outcome {
    var asked = 0
    return try GeneratedDataSet(source: source, path: path(name), firstSample: first, count: count).make(
      isInterrupted: {
        asked += 1
        return asked > interruptedAfter
      }, progress: { _ in })
  }

  /// All samples, `[sample, time, variable, x…]`.
  private func samples(_ name: String) throws -> Tensor {
    let file = try PDEBenchFile(path: path(name))
    return try BatchLoader(file).batch(Array(0..<file.samples)).frames
  }

  @Test func aFileHoldsWhatTheSolverGave() throws {
    let source = try flows(resolution: [8, 12])
    let outcome = try make(source, "flow.hdf5", count: 3)
    #expect(outcome.samples == 3 && outcome.redone == 0 && !outcome.isInterrupted)
    let file = try PDEBenchFile(path: path("flow.hdf5"))
    #expect(file.variables == ["density", "pressure", "Vx", "Vy"])
    #expect(file.parameters["eta"] == 0.01 && file.parameters["zeta"] == 0.01 && file.parameters["M"] == 0.2)
    #expect(file.frames == 3)
    guard case .random(let random) = source else {
      Issue.record("\(source) is no source of random flows")
      return
    }
    let stored = try samples("flow.hdf5")
    let expected = try (0..<3).map { try random.sample($0).solution }
    #expect(stored.elements == expected.flatMap(\.frames.elements))
    #expect(outcome.pointUpdates == expected.reduce(0) { $0 + $1.steps } * 96)
  }

  private static let dump = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .map { "\($0)/h5dump" }.first { FileManager.default.isExecutableFile(atPath: $0) }

  @Test(.enabled(if: dump != nil, "h5dump is not installed"))
  func theFileIsReadByAnIndependentReader() throws {
    try make(try flows(), "flow.hdf5", count: 2)
    let process = Process()
    process.executableURL = URL(filePath: try #require(Self.dump))
    process.arguments = [
      "-d", "/pressure", "-s", "1,2,0", "-c", "1,1,32", "-m", "%.9g", "-y", "-w", "100000", path("flow.hdf5"),
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let line = try #require(text.split(separator: "\n").first { $0.contains(",") && !$0.contains("(") })
    let values = line.split(separator: ",").compactMap { Float($0.trimmingCharacters(in: .whitespaces)) }
    let stored = try samples("flow.hdf5")
    #expect(values == (0..<32).map { stored[1, 2, 1, $0] })
  }

  @Test func partsMadeApartAndMergedAreTheWhole() throws {
    let source = try flows()
    try make(source, "whole.hdf5", count: 7)
    try make(source, "a.hdf5", count: 3)
    try make(source, "b.hdf5", first: 3, count: 4)
    let merge = try PartMerge([path("b.hdf5"), path("a.hdf5")])
    #expect(try merge.write(to: path("merged.hdf5"), compression: 4, overwrites: false) == 7)
    #expect(try samples("merged.hdf5") == samples("whole.hdf5"))
    let (merged, whole) = (
      try PDEBenchFile(path: path("merged.hdf5")), try PDEBenchFile(path: path("whole.hdf5"))
    )
    #expect(merged.attributes == whole.attributes)
    #expect(merged.times == whole.times && merged.coordinates == whole.coordinates)
  }

  @Test func partsOfDifferentSetsOrWithAGapAreNotMerged() throws {
    try make(try flows(), "a.hdf5", count: 2)
    try make(try flows(), "late.hdf5", first: 3, count: 1)
    try make(try flows(6), "other.hdf5", first: 2, count: 1)
    #expect(throws: GenerationError.gap(file: path("late.hdf5"), first: 3, expected: 2)) {
      try PartMerge([path("a.hdf5"), path("late.hdf5")])
    }
    #expect(
      throws: GenerationError.partsDiffer(
        file: path("a.hdf5"), other: path("other.hdf5"), difference: "seed 5 and 6")
    ) {
      try PartMerge([path("a.hdf5"), path("other.hdf5")])
    }
  }

  @Test func anInterruptedRunIsGoneOnWith() throws {
    let source = try flows()
    try make(source, "whole.hdf5", count: 9)
    let first = try make(source, "flow.hdf5", count: 9, interruptedAfter: 4)
    #expect(first.isInterrupted && first.samples == 4)
    #expect(try PDEBenchFile(path: path("flow.hdf5")).samples == first.samples)
    let second = try make(source, "flow.hdf5", count: 9)
    #expect(second.continued == first.samples && second.samples == 9 && !second.isInterrupted)
    #expect(try samples("flow.hdf5") == samples("whole.hdf5"))
    let third = try make(source, "flow.hdf5", count: 9)
    #expect(third.continued == 9 && third.pointUpdates == 0)
    // Nothing but the two files is left.
    #expect(
      try folder.content == [
        "flow.hdf5", "whole.hdf5",
      ])
  }

  @Test func anInterruptBeforeTheFirstSampleLeavesNoFile() throws {
    let outcome = try make(try flows(), "flow.hdf5", count: 3, interruptedAfter: 0)
    #expect(outcome.isInterrupted && outcome.samples == 0)
    #expect(try folder.content.isEmpty)
  }

  @Test func aFileOfOtherSettingsIsNotTouched() throws {
    try make(try flows(), "flow.hdf5", count: 1)
    let before = try Data(contentsOf: URL(filePath: path("flow.hdf5")))
    let error = GenerationError.otherSettings(file: path("flow.hdf5"), difference: "seed 6 and 5")
    #expect(throws: error) { try make(try flows(6), "flow.hdf5", count: 2) }
    #expect(error.fault == .usage)
    #expect(try Data(contentsOf: URL(filePath: path("flow.hdf5"))) == before)
  }

  @Test func flowsStartAgainFromTheStatesOfAFile() throws {
    try make(try flows(), "flow.hdf5", count: 4)
    let source = try FlowSource(startingFrom: path("flow.hdf5"), dimensions: 1)
    try make(source, "again.hdf5", first: 1)
    let (stored, again) = (try samples("flow.hdf5"), try samples("again.hdf5"))
    let size = stored.count / 4
    #expect(again.shape[0] == 3)
    // The file's coordinates and times are 32-bit numbers, so the steps are not the same to the last bit.
    #expect(largestDifference(again.elements, Array(stored.elements[size...])) < 1e-3)

    var changes = FlowChanges()
    changes.shearViscosity = 0.1
    let thicker = try FlowSource(startingFrom: path("flow.hdf5"), dimensions: 1, changes: changes)
    #expect(thicker.flow.configuration.shearViscosity == 0.1)
    #expect(thicker.flow.configuration.frameCount == 3)
    #expect(throws: GenerationError.otherKind(file: path("flow.hdf5"), dimensions: 1, expected: 2)) {
      try FlowSource(startingFrom: path("flow.hdf5"), dimensions: 2)
    }
    #expect(throws: GenerationError.tooFewSamples(file: path("flow.hdf5"), samples: 4, first: 2, count: 3)) {
      try make(source, "more.hdf5", first: 2, count: 3)
    }
  }

  @Test func samplesBeforeABadInitialStateAreKept() throws {
    let layout = PDEBenchLayout(
      variables: ["density", "pressure", "Vx"], coordinates: [(0..<16).map { (Double($0) + 0.5) / 16 }],
      times: [0, 0.1], attributes: ["eta": .number(0.01), "zeta": .number(0.01)])
    let writer = try PDEBenchWriter(path: path("states_trans.hdf5"), layout: layout)
    var frames = Tensor(repeating: 1, shape: [2, 3, 16])
    for sample in 0..<3 {
      if sample == 2 { frames[0, 1, 7] = -1 }
      try writer.append(frames)
    }
    try writer.finish()

    let source = try FlowSource(startingFrom: path("states_trans.hdf5"), dimensions: 1)
    // The name says what the file does not store.
    #expect(source.flow.configuration.boundary == .outgoing)
    #expect(
      throws: GenerationError.sampleFailed(
        sample: 2, file: path("states_trans.hdf5"), reason: .unphysicalState(variable: "pressure", value: -1))
    ) {
      try make(source, "flow.hdf5")
    }
    #expect(try PDEBenchFile(path: path("flow.hdf5")).samples == 2)
  }

  @Test func samplesBeforeTheFirstThatFailsAreKeptWhateverTheThreadsDo() throws {
    for number in 0..<20 {
      let source = FailingSource(failing: 3, delayed: [1, 3])
      #expect(throws: FailingSource.Failure(sample: 3)) {
        try GeneratedDataSet(source: source, path: path("\(number).hdf5"), count: 6).make(
          isInterrupted: { false }, progress: { _ in })
      }
      #expect(try PDEBenchFile(path: path("\(number).hdf5")).samples == 3)
    }
  }

  @Test func cellsRaisedToThePressureFloorAreCountedInTheFileHoweverItIsMade() throws {
    let configuration = CompressibleFlow.Configuration(
      resolution: [16, 16], shearViscosity: 0, bulkViscosity: 0, finalTime: 0.02, saveInterval: 0.01)
    let random = try RandomFlow(
      flow: CompressibleFlow(configuration), initialState: .rand, machNumber: 20, seed: 3)
    let expected = try (0..<6).map { try random.sample($0).solution.flooredCells }
    #expect(expected.contains { $0 > 0 } && Set(expected).count > 3)
    let source = FlowSource.random(random)
    func stored(_ name: String) throws -> [Int]? {
      try PDEBenchFile(path: path(name)).extra(PDEBenchFile.flooredCells)?.elements.map { Int($0) }
    }
    #expect(try make(source, "whole.hdf5", count: 6).flooredCells == expected)
    #expect(try stored("whole.hdf5") == expected)

    let first = try make(source, "resumed.hdf5", count: 6, interruptedAfter: 2)
    #expect(first.flooredCells == Array(expected.prefix(first.samples)))
    #expect(try make(source, "resumed.hdf5", count: 6).flooredCells == expected)
    #expect(try make(source, "resumed.hdf5", count: 6).flooredCells == expected)
    #expect(try stored("resumed.hdf5") == expected)

    try make(source, "a.hdf5", count: 2)
    try make(source, "b.hdf5", first: 2, count: 4)
    _ = try PartMerge([path("a.hdf5"), path("b.hdf5")]).write(
      to: path("merged.hdf5"), compression: 3, overwrites: false)
    #expect(try stored("merged.hdf5") == expected)
  }

  @Test func aFileWithoutTheCountsOfFlooredCellsIsNotGoneOnWith() throws {
    let source = try flows()
    try make(source, "flow.hdf5", count: 1)
    var layout = PDEBenchLayout(of: try PDEBenchFile(path: path("flow.hdf5")))
    layout.extras = [:]
    let writer = try PDEBenchWriter(path: path("old.hdf5"), layout: layout)
    try writer.append(try source.sample(0).content.frames)
    try writer.finish()
    #expect(
      throws: GenerationError.otherSettings(
        file: path("old.hdf5"), difference: "floored_cells [sample] and nothing beside the fields")
    ) {
      try make(source, "old.hdf5", count: 2)
    }
    #expect(throws: GenerationError.self) { try PartMerge([path("old.hdf5"), path("flow.hdf5")]) }
  }

  @Test func anotherFileOfTheSameNameIsNoOrigin() throws {
    let configuration = CompressibleFlow.Configuration(resolution: [16], finalTime: 0.1, saveInterval: 0.05)
    func start(seed: UInt64) throws -> FlowSource {
      let random = try RandomFlow(
        flow: CompressibleFlow(configuration), initialState: .rand, machNumber: 1, seed: seed)
      let name = "\(seed)/start.hdf5"
      try FileManager.default.createDirectory(atPath: path("\(seed)"), withIntermediateDirectories: true)
      try make(.random(random), name, count: 3)
      return try FlowSource(startingFrom: path(name), dimensions: 1)
    }
    let (first, other) = (try start(seed: 5), try start(seed: 6))
    try make(first, "flow.hdf5", count: 1)
    try make(first, "flow.hdf5", count: 2)
    let difference = "initial states of another start.hdf5"
    #expect(throws: GenerationError.otherSettings(file: path("flow.hdf5"), difference: difference)) {
      try make(other, "flow.hdf5", count: 3)
    }
  }

  @Test func flowsGoOnAfterTheFileThatTheyStartFromHasGrown() throws {
    func start() throws -> FlowSource {
      try FlowSource(startingFrom: path("start.hdf5"), dimensions: 1)
    }
    try make(try flows(), "start.hdf5", count: 2)
    try make(try start(), "flow.hdf5")
    let before = try samples("flow.hdf5")
    try make(try flows(), "start.hdf5", count: 4)
    let outcome = try make(try start(), "flow.hdf5")
    #expect(outcome.continued == 2 && outcome.samples == 4)
    let after = try samples("flow.hdf5")
    #expect(Array(after.elements[..<before.count]) == before.elements)
  }

  @Test func wavesInSpaceSayTheirSpectrumSoThatOlderFilesAreNotGoneOnWith() throws {
    let source = try flows(resolution: [8, 8, 8])
    try make(source, "flow.hdf5", count: 1)
    let file = try PDEBenchFile(path: path("flow.hdf5"))
    #expect(file.attributes["spectrum"] == .text("1/|k|"))
    #expect(try flows(resolution: [8, 8]).layout.attributes["spectrum"] == nil)
    var layout = PDEBenchLayout(of: file)
    layout.attributes["spectrum"] = nil
    let writer = try PDEBenchWriter(path: path("old.hdf5"), layout: layout)
    try writer.append(contentsOf: file)
    try writer.finish()
    let difference = "spectrum 1/|k| and not given"
    #expect(throws: GenerationError.otherSettings(file: path("old.hdf5"), difference: difference)) {
      try make(source, "old.hdf5", count: 2)
    }
    #expect(throws: GenerationError.self) { try PartMerge([path("old.hdf5"), path("flow.hdf5")]) }
  }

  /// Makes a file of a flow with settings, and starts from it.
  private func restart(_ configuration: CompressibleFlow.Configuration, _ name: String) throws -> FlowSource {
    let random = try RandomFlow(
      flow: CompressibleFlow(configuration), initialState: .rand, machNumber: 0.2, seed: 5)
    try make(.random(random), name, count: 1)
    return try FlowSource(startingFrom: path(name), dimensions: configuration.dimensions)
  }

  @Test func theGhostUpdateIsTakenFromAFile() throws {
    let configuration = CompressibleFlow.Configuration(
      resolution: [12, 8], ghostUpdate: .perAxis, finalTime: 0.1, saveInterval: 0.05)
    let again = try restart(configuration, "flow.hdf5")
    #expect(again.flow.configuration.ghostUpdate == .perAxis)
  }

  @Test func theStressIsPartOfTheSettingsAndTakenFromAFile() throws {
    let configuration = CompressibleFlow.Configuration(
      resolution: [12, 8], stress: .newtonian, finalTime: 0.1, saveInterval: 0.05)
    let again = try restart(configuration, "flow.hdf5")
    let file = try PDEBenchFile(path: path("flow.hdf5"))
    #expect(file.attributes["stress"] == .text("newtonian") && file.attributes["ghost_update"] == nil)
    #expect(file.attributes["initial_state"] == .text("rand"))
    #expect(again.flow.configuration.stress == .newtonian)
    #expect(
      throws: GenerationError.otherSettings(
        file: path("flow.hdf5"), difference: "ghost_update per-substep and not given")
    ) {
      try make(try flows(resolution: [12, 8]), "flow.hdf5", count: 1)
    }
  }

  @Test func theWavesAreNamedInTheFile() throws {
    let solver = try LinearAdvection(
      velocity: 1, grid: LineGrid(resolution: 16, finalTime: 1, saveInterval: 0.5))
    for kind in RandomWaves.Kind.allCases {
      let source = AdvectionSource(solver, waves: kind, seed: 1)
      _ = try GeneratedDataSet(source: source, path: path(kind.rawValue), count: 1).make(
        isInterrupted: { false }, progress: { _ in })
      let file = try PDEBenchFile(path: path(kind.rawValue))
      #expect(file.attributes["initial_state"] == .text(kind.rawValue))
      let waves = RandomWaves(kind, seed: 1, sample: 0)
      #expect(try samples(kind.rawValue)[0, 0, 0, 3] == Float(waves(3.5 / 16)))
    }
  }

  @Test func initialStatesWithoutAFiniteFlowAreReplacedAndCounted() throws {
    let configuration = CompressibleFlow.Configuration(
      resolution: [8, 8], shearViscosity: 0, bulkViscosity: 0, finalTime: 3e-6, saveInterval: 3e-6)
    let random = try RandomFlow(
      flow: CompressibleFlow(configuration), initialState: .rand, machNumber: 1e5, seed: 1)
    let attempts = try (0..<20).map { try random.sample($0).attempts }
    #expect(attempts.contains { $0 > 1 } && attempts.contains(1))
    let outcome = try make(.random(random), "flow.hdf5", count: 20)
    #expect(outcome.redone == attempts.reduce(0) { $0 + $1 - 1 })
    #expect(try samples("flow.hdf5").isFinite)
  }
}

/// Samples of a single number each, of which all from one on cannot be computed.
private struct FailingSource: SampleSource {
  struct Failure: Error, Equatable {
    let sample: Int
  }

  let failing: Int
  /// Samples that take longer than those after them.
  let delayed: Set<Int>
  let layout = PDEBenchLayout(variables: ["tensor"], coordinates: [[0.5]], times: [0])

  func sample(_ index: Int) throws -> GeneratedSample {
    if delayed.contains(index) { Thread.sleep(forTimeInterval: 0.002) }
    guard index < failing else { throw Failure(sample: index) }
    return GeneratedSample(
      PDEBenchSample(frames: Tensor(repeating: Float(index), shape: [1, 1, 1])), pointUpdates: 1)
  }
}
