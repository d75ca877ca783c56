import Foundation
import HDF5
import TestSupport
import Testing

/// A data set that cannot be used, and what the message about it must name.
struct BadFile: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let words: [String]
  /// Makes `bad.hdf5` in the workspace.
  let make: @Sendable (Workspace) throws -> Void

  init(_ description: String, naming words: [String], _ make: @escaping @Sendable (Workspace) throws -> Void)
  {
    testDescription = description
    self.words = words
    self.make = make
  }

  private static func arrays(_ shapes: [(name: String, shape: [Int])], in workspace: Workspace) throws {
    let file = try HDF5File(creating: workspace.path("bad.hdf5"))
    for (name, shape) in shapes {
      try file.createDataSet(name, shape: shape).write([Double](repeating: 1, count: shape.reduce(1, *)))
    }
    try file.close()
  }

  private static func waves(_ workspace: Workspace, _ change: (inout WaveFile) -> Void) throws {
    var file = WaveFile()
    change(&file)
    try file.write(to: workspace.path("bad.hdf5"))
  }

  /// What keeps a file from being opened.
  static let unreadable = [
    BadFile("missing", naming: ["does not exist", "check"]) { _ in },
    BadFile("a folder", naming: ["the folder holds no data files", "expected"]) {
      try FileManager.default.createDirectory(atPath: $0.path("bad.hdf5"), withIntermediateDirectories: false)
    },
    BadFile("not HDF5", naming: ["not an HDF5 file", "expected", "check"]) {
      try $0.write("density, pressure, Vx\n1, 1, 0\n", to: "bad.hdf5")
    },
    BadFile("empty", naming: ["not an HDF5 file", "expected", "check"]) { try $0.write("", to: "bad.hdf5") },
    BadFile("truncated", naming: ["truncated", "30000 bytes", "promises", "again"]) {
      try $0.bytes("line.hdf5").prefix(30_000).write(to: URL(filePath: $0.path("bad.hdf5")))
    },
    BadFile("without pressure", naming: ["'pressure'", "1D", "density", "Add"]) {
      try waves($0) { $0.variables = ["density", "Vx"] }
    },
    BadFile("of a list alone", naming: ["'temperature' [32]", "expected fields", "--variables", "--axes"]) {
      try arrays([("temperature", [32])], in: $0)
    },
    BadFile("with shapes that disagree", naming: ["'Vx'", "[12, 14, 31]", "[12, 14, 32]", "rewrite"]) {
      try arrays(
        [("density", [12, 14, 32]), ("pressure", [12, 14, 32]), ("Vx", [12, 14, 31])], in: $0)
    },
    BadFile("without samples", naming: ["'density'", "[0, 14, 32]", "expected at least one", "another file"])
    {
      try arrays([("density", [0, 14, 32]), ("pressure", [0, 14, 32]), ("Vx", [0, 14, 32])], in: $0)
    },
    BadFile("with too few axes", naming: ["'density'", "2 axes [12, 32]", "[sample, time, x]"]) {
      try arrays([("density", [12, 32]), ("pressure", [12, 32]), ("Vx", [12, 32])], in: $0)
    },
    BadFile("with equal coordinates", naming: ["'x-coordinate'", "1.0 at entry 1", "expected", "correct"]) {
      try arrays(
        [
          ("density", [12, 14, 32]), ("pressure", [12, 14, 32]), ("Vx", [12, 14, 32]), ("x-coordinate", [32]),
        ], in: $0)
    },
    BadFile("with too few coordinates", naming: ["'x-coordinate'", "31", "expected 32", "correct"]) {
      try arrays(
        [
          ("density", [12, 14, 32]), ("pressure", [12, 14, 32]), ("Vx", [12, 14, 32]), ("x-coordinate", [31]),
        ], in: $0)
    },
  ]

  private static func nan(inSample place: Int, variable: Int, _ name: String) -> BadFile {
    BadFile(
      "with a NaN in sample \(place)", naming: ["'\(name)'", "nan", "sample \(place), frame 3", "finite"]
    ) {
      try waves($0) { file in
        file.change = { sample, frame, index, value in
          (sample, frame, index) == (place, 3, variable) ? .nan : value
        }
      }
    }
  }

  /// A training sample, and the test sample.
  static let notFinite = [
    nan(inSample: 7, variable: 1, "pressure"), nan(inSample: 0, variable: 2, "Vx"),
  ]
}

@Suite(
  "Bad data are refused with one line that says what to do", .enabled(if: Command.isBuilt, Command.absence))
struct BadDataTests {
  @Test(arguments: BadFile.unreadable + BadFile.notFinite)
  func training(file: BadFile) throws {
    let workspace = try Workspace()
    try file.make(workspace)
    let train = ["train", "--data", "bad.hdf5", "--output", "runs/first"] + Workspace.plain
    try workspace.expectRefusal(train, status: 65, naming: ["bad.hdf5"] + file.words)
  }

  @Test("without normalization, too", arguments: BadFile.notFinite)
  func trainingAsIs(file: BadFile) throws {
    let workspace = try Workspace()
    try file.make(workspace)
    let train = ["train", "--data", "bad.hdf5", "--output", "run", "--normalize", "none"] + Workspace.plain
    try workspace.expectRefusal(train, status: 65, naming: ["bad.hdf5"] + file.words)
  }

  @Test(
    "a header of 8 GB is refused by its place, not for the time and memory that it takes",
    .disabled(if: Command.isSanitized, Command.sanitizer))
  func hugeHeader() throws {
    let workspace = try Workspace()
    try HostileData.hugeHeader.write(to: workspace.path("bad.hdf5"))
    try workspace.expectRefusal(
      ["inspect", "bad.hdf5"], status: 65, naming: ["bad.hdf5", "addr overflow", "damaged"])
  }

  @Test(arguments: BadFile.unreadable)
  func inspecting(file: BadFile) throws {
    let workspace = try Workspace()
    try file.make(workspace)
    try workspace.expectRefusal(["inspect", "bad.hdf5"], status: 65, naming: ["bad.hdf5"] + file.words)
  }

  @Test(arguments: [BadFile.unreadable[0], BadFile.unreadable[4]] + BadFile.notFinite)
  func evaluatingAndPredicting(file: BadFile) throws {
    let workspace = try Workspace()
    try workspace.train("run")
    try file.make(workspace)
    let data = ["--data", "bad.hdf5", "--checkpoint", "run/checkpoints/last.safetensors", "--all-samples"]
    let words = ["bad.hdf5"] + file.words
    try workspace.expectRefusal(["evaluate"] + data, status: 65, naming: words)
    try workspace.expectRefusal(["predict", "--output", "p.hdf5"] + data, status: 65, naming: words)
    try workspace.expectRefusal(
      ["evaluate", "--prediction", "bad.hdf5", "--data", "line.hdf5"], status: 65, naming: words)
  }

  @Test("a NaN is found and counted by inspect")
  func inspectingNaN() throws {
    let workspace = try Workspace()
    try BadFile.notFinite[0].make(workspace)
    let outcome = try workspace.run(["inspect", "bad.hdf5"])
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("'pressure' is first not finite at sample 7, frame 3, cell 0"))
  }

  @Test("a number that no 32-bit float can hold is named by what reads it, with the way out")
  func largeNumber() throws {
    let workspace = try Workspace()
    let file = try HDF5File(creating: workspace.path("large.hdf5"))
    for name in ["density", "pressure", "Vx"] {
      var values = (0..<12 * 14 * 32).map { 1 + Double($0 % 7) }
      if name == "Vx" { values[7] = 1e200 }
      try file.createDataSet(name, shape: [12, 14, 32], type: .float64).write(values)
    }
    try file.close()
    let words = ["large.hdf5", "'Vx' is 1e+200", "sample 0, frame 0, cell 7", "single precision", "scale"]
    try workspace.expectRefusal(
      ["train", "--data", "large.hdf5", "--output", "run"] + Workspace.plain, status: 65, naming: words)
    try workspace.expectRefusal(
      ["import", "large.hdf5", "--output", "copy.hdf5"], status: 65, naming: words)
    let inspected = try workspace.run(["inspect", "large.hdf5"])
    #expect(inspected.status == 0 && inspected.output.contains("1e+200 in the file"), "\(inspected.output)")
  }

  @Test(
    "a group over which HDF5 writes out of bounds is found by the process that checks the file",
    .disabled(if: Command.isSanitized, Command.sanitizer))
  func damagedGroup() throws {
    let workspace = try Workspace()
    var bytes = try workspace.bytes("line.hdf5")
    // The list of a group's names: its signature, 4 bytes of version, 8 of its size.
    let heap = try #require(bytes.range(of: Data("HEAP".utf8)))
    bytes.replaceSubrange(heap.upperBound + 4..<heap.upperBound + 12, with: Data(repeating: 0xFF, count: 8))
    try bytes.write(to: URL(filePath: workspace.path("damaged.hdf5")))
    try workspace.expectRefusal(
      ["inspect", "damaged.hdf5"], status: 65, naming: ["damaged.hdf5", "damaged", "again"])
  }

  @Test(
    "chunks that are smaller than declared are found by the process that checks the file",
    .disabled(if: Command.isSanitized, Command.sanitizer))
  func damagedChunks() throws {
    let workspace = try Workspace()
    try HostileData.hugeChunks.write(to: workspace.path("damaged.hdf5"))
    try workspace.expectRefusal(
      ["inspect", "damaged.hdf5"], status: 65, naming: ["damaged.hdf5", "damaged", "chunk", "again"])
  }
}
