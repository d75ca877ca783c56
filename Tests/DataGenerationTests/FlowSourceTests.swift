import SystemFiles
import DataGeneration
import Foundation
import HDF5
import PDEData
import PDESolvers
import TensorCore
import TestSupport
import Testing

/// What is taken from a file whose flows are computed again, and that nothing is guessed.
@Suite struct FlowSourceTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let viscosities: [String: AttributeValue] = ["eta": .number(0.01), "zeta": .number(0.02)]

  /// A file of a gas at rest on a line, with these coordinates and attributes.
  private func gas(
    _ name: String = "gas.hdf5", _ attributes: [String: AttributeValue] = Self.viscosities,
    space: [Double]? = (0..<8).map { (Double($0) + 0.5) / 8 }, times: [Double]? = [0, 0.1, 0.2]
  ) throws -> String {
    let file = try HDF5File(creating: folder.file(name))
    for (variable, value) in [("density", 1.0), ("pressure", 1.0), ("Vx", 0.0)] {
      try file.createDataSet(variable, shape: [1, 3, 8]).write([Double](repeating: value, count: 24))
    }
    if let space { try file.createDataSet("x-coordinate", shape: [8]).write(space) }
    if let times { try file.createDataSet("t-coordinate", shape: [times.count]).write(times) }
    for (name, value) in attributes { try file.writeAttribute(name, value) }
    try file.close()
    return folder.file(name)
  }

  private func configuration(
    of path: String, _ changes: FlowChanges = FlowChanges()
  ) throws -> CompressibleFlow.Configuration {
    try FlowSource(startingFrom: path, dimensions: 1, changes: changes).flow.configuration
  }

  @Test(
    arguments: [
      ("gas.hdf5", "periodic", .periodic), ("gas.hdf5", "outgoing", .outgoing),
      ("gas.hdf5", "not periodic", .outgoing), ("1D_CFD_Rand_periodic_Train.hdf5", nil, .periodic),
      ("1D_CFD_Shock_trans_Train.hdf5", nil, .outgoing),
      ("1D_CFD_Rand_periodic_Train.hdf5", "not periodic", .outgoing),
    ] as [(String, String?, CompressibleFlow.Boundary)])
  func theBoundaryIsTheFilesOwnOrItsNames(
    name: String, attribute: String?, expected: CompressibleFlow.Boundary
  ) throws {
    var attributes = Self.viscosities
    attributes["boundary"] = attribute.map { .text($0) }
    #expect(try configuration(of: gas(name, attributes)).boundary == expected)
  }

  @Test func whatAFileDoesNotSayIsAskedFor() throws {
    let path = try gas("gas.hdf5", [:], times: nil)
    let error = GenerationError.unsaid(
      file: path,
      settings: [
        "the attribute 'eta'", "the attribute 'zeta'", "an attribute 'boundary' that is periodic or outgoing",
        "'t-coordinate'",
      ], options: ["eta", "zeta", "boundary", "final-time", "save-interval"])
    #expect(throws: error) { try configuration(of: path) }
    #expect(
      error.description.hasSuffix(
        "add this to the file, or give eta, zeta, boundary, final-time, save-interval if samples are to be generated from it."
      ))

    var changes = FlowChanges()
    changes.shearViscosity = 0.1
    changes.bulkViscosity = 0.2
    changes.boundary = .outgoing
    changes.finalTime = 1
    #expect(throws: GenerationError.self) { try configuration(of: path, changes) }
    changes.saveInterval = 0.5
    let found = try configuration(of: path, changes)
    #expect(found.shearViscosity == 0.1 && found.bulkViscosity == 0.2 && found.boundary == .outgoing)
    #expect(found.times == [0, 0.5, 1])
  }

  @Test func viscositiesThatAFileDoesNotStoreMayBeInItsName() throws {
    let found = try configuration(of: gas("1D_CFD_Rand_Eta0.03_Zeta1.e-8_periodic_Train.hdf5", [:]))
    #expect(found.shearViscosity == 0.03 && found.bulkViscosity == 1e-8)
  }

  @Test(arguments: ["Walls", "reflective", "unknown words"])
  func endsThatTheSolverDoesNotHaveAreAskedFor(word: String) throws {
    var attributes = Self.viscosities
    attributes["boundary"] = .text(word)
    let path = try gas("gas.hdf5", attributes)
    let settings = ["an attribute 'boundary' that is periodic or outgoing"]
    #expect(throws: GenerationError.unsaid(file: path, settings: settings, options: ["boundary"])) {
      try configuration(of: path)
    }
  }

  @Test func aDomainOfUnknownSizeIsRefused() throws {
    let path = try gas("1D_CFD_Rand_periodic.hdf5", space: nil)
    let error = GenerationError.unsaid(file: path, settings: ["'x-coordinate'"], options: [])
    #expect(throws: error) { try configuration(of: path) }
    #expect(error.description.hasSuffix("add this to the file."))
  }

  @Test func pointsAndFramesThatAreNotEvenlySpacedAreRefused() throws {
    let grid = try gas("grid_periodic.hdf5", space: [0, 1, 2, 3, 4, 5, 6, 7.1])
    #expect(throws: GenerationError.unevenGrid(file: grid, axis: 0)) { try configuration(of: grid) }
    let falling = try gas("falling_periodic.hdf5", space: (0..<8).map { -Double($0) })
    #expect(throws: GenerationError.unevenGrid(file: falling, axis: 0)) { try configuration(of: falling) }

    let times = try gas("times_periodic.hdf5", times: [0, 0.01, 0.04])
    #expect(throws: GenerationError.unevenTimes(file: times)) { try configuration(of: times) }
    var changes = FlowChanges()
    changes.saveInterval = 0.02
    #expect(try configuration(of: times, changes).frameCount == 3)
  }

  @Test func aCopyKeepsTheBoundaryThatOnlyTheNameOfItsFileTells() throws {
    for (name, boundary) in [("a_trans.hdf5", .outgoing), ("a_periodic.hdf5", .periodic)]
      as [(String, CompressibleFlow.Boundary)]
    {
      let copy = folder.file("copy-of-\(boundary.rawValue).hdf5")
      _ = try DataSetCopy(DataFile.open(gas(name)), to: copy).write()
      #expect(try configuration(of: copy).boundary == boundary)
    }
  }

  @Test func shortTimesThatDifferAreOtherSettings() throws {
    func make(_ name: String, finalTime: Double, first: Int = 0, count: Int) throws {
      let configuration = CompressibleFlow.Configuration(
        resolution: [16], finalTime: finalTime, saveInterval: finalTime / 10)
      let random = try RandomFlow(flow: CompressibleFlow(configuration), initialState: .rand, seed: 1)
      _ = try GeneratedDataSet(
        source: FlowSource.random(random), path: folder.file(name), firstSample: first, count: count
      ).make(isInterrupted: { false }, progress: { _ in })
    }
    try make("short.hdf5", finalTime: 5e-7, count: 1)
    try make("short.hdf5", finalTime: 5e-7, count: 2)
    let error = #expect(throws: GenerationError.self) { try make("short.hdf5", finalTime: 1e-6, count: 2) }
    guard case .otherSettings = error else {
      Issue.record("expected other settings, got \(String(describing: error))")
      return
    }
    try make("part.hdf5", finalTime: 1e-6, first: 2, count: 1)
    #expect(throws: GenerationError.self) {
      try PartMerge([folder.file("short.hdf5"), folder.file("part.hdf5")])
    }
  }
}
