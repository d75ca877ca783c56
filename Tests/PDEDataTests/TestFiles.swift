import Foundation
import HDF5
import PDEData
import TestSupport

/// A made-up flow whose every value is its own place in the file, so that a value read from elsewhere shows.
struct NumberedFlow {
  var samples = 6
  var frames = 5
  var spatialShape = [8]
  var type = FloatingPointType.float32
  var chunk: [Int]?
  var deflate = 0
  /// Values to put in place of their own, by variable and offset in its data set.
  var exceptions: [String: [Int: Float]] = [:]

  var variables: [String] { PDEBenchFile.Kind.compressibleFlow.variables(dimensions: spatialShape.count) }
  var shape: [Int] { [samples, frames] + spatialShape }
  var points: Int { spatialShape.reduce(1, *) }

  /// The value at one place; below 2²⁴, so that a 32-bit float holds it exactly.
  func value(_ variable: Int, _ sample: Int, _ frame: Int, _ cell: Int) -> Float {
    Float(((variable * samples + sample) * frames + frame) * points + cell)
  }

  /// Writes the file without the writer under test, as contiguous or chunked data sets.
  @discardableResult
  func write(to path: String, coordinates: Bool = true, extraTime: Bool = true) throws -> String {
    let file = try HDF5File(creating: path)
    for (index, name) in variables.enumerated() {
      let layout = chunk.map { DataSetLayout.chunked($0, deflate: deflate) } ?? .contiguous
      let dataSet = try file.createDataSet(name, shape: shape, type: type, layout: layout)
      let count = samples * frames * points
      try dataSet.write(
        (0..<count).map { Double(exceptions[name]?[$0] ?? Float(index * count + $0)) })
    }
    if coordinates {
      for (name, points) in zip(["x", "y", "z"], spatialShape) {
        try file.createDataSet("\(name)-coordinate", shape: [points])
          .write((0..<points).map { (Double($0) + 0.5) / Double(points) * 2 - 1 })
      }
      let times = frames + (extraTime ? 1 : 0)
      try file.createDataSet("t-coordinate", shape: [times]).write((0..<times).map { Double($0) * 0.25 })
    }
    try file.writeAttribute("eta", .number(0.01))
    try file.writeAttribute("zeta", .number(0.02))
    try file.close()
    return path
  }
}

extension Reference {
  /// The flows made by PDEBench's solver.
  static let flows = [
    "1D_CFD_Rand_Eta0.01_Zeta0.01_periodic_nx128", "1D_CFD_Shock_Eta1e-08_Zeta1e-08_trans_nx128",
    "2D_CFD_Rand_M0.1_Eta0.01_Zeta0.01_periodic_64", "2D_CFD_Turb_M1.0_Eta1e-08_Zeta1e-08_periodic_64",
  ]
}

/// Runs a program and gives what it prints, or `nil` where it is not installed.
func output(of program: String, _ arguments: [String]) throws -> String? {
  let folders = ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"]
  guard
    let path = folders.map({ "\($0)/\(program)" }).first(where: FileManager.default.isExecutableFile(atPath:))
  else { return nil }
  let process = Process()
  process.executableURL = URL(filePath: path)
  process.arguments = arguments
  let pipe = Pipe()
  process.standardOutput = pipe
  try process.run()
  let data = pipe.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return String(decoding: data, as: UTF8.self)
}

/// Copies the bytes of one file over another, which stays the same file on the disk.
func copyBytes(from source: String, over target: String) throws {
  let data = try Data(contentsOf: URL(filePath: source))
  let handle = try FileHandle(forUpdating: URL(filePath: target))
  try handle.write(contentsOf: data)
  try handle.close()
}

/// Overwrites a part of a file, given in fractions of its size.
func fillBytes(of path: String, from start: Double, to end: Double) throws {
  let size = try Double(Data(contentsOf: URL(filePath: path)).count)
  let handle = try FileHandle(forUpdating: URL(filePath: path))
  try handle.seek(toOffset: UInt64(size * start))
  try handle.write(contentsOf: Data(repeating: 0xA5, count: Int(size * (end - start))))
  try handle.close()
}
