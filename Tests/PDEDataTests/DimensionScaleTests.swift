import HDF5
import PDEData
import SystemFiles
import TestSupport
import Testing

/// Files whose axes are named by HDF5's dimension scales, in which lengths and order tell nothing.
@Suite("Dimension scales") struct DimensionScaleTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func open(
    _ name: String, _ selection: FieldSelection = FieldSelection()
  ) throws -> any FieldDataSet {
    try DataFile.open(Reference.own.path("formats/\(name)"), selection: selection)
  }

  /// The values of a frame: 1000·sample + 100·frame + 10·y + x.
  private func expected(sample: Int, frame: Int) -> [Float] {
    (0..<6).flatMap { x in (0..<6).map { y in Float(1000 * sample + 100 * frame + 10 * y + x) } }
  }

  private func values(_ data: any FieldDataSet, sample: Int, frame: Int) throws -> [Float] {
    let slab = FieldSlab(sample: sample, variables: [0], frames: [frame])
    var values = [Float](repeating: .nan, count: 36)
    var span = values.mutableSpan
    try data.read(slab, into: &span)
    return values
  }

  @Test("the dimensions of a NetCDF-4 file name the axes and give their coordinates")
  func netCDF() throws {
    let data = try open("scales_netcdf4.nc")
    #expect(Set(data.variableNames) == ["temperature", "pressure"])
    #expect(data.interpretation.first?.contains("t,n,y,x") == true, "\(data.interpretation)")
    #expect(data.interpretation.first?.contains("the names of its dimensions") == true)
    #expect(data.samples == 4 && data.times == [0, 0.25, 0.5, 0.75, 1])
    #expect(data.axes.map(\.name) == ["x", "y"] && data.axes.allSatisfy { !$0.isAssumed })
    #expect(data.coordinates[0] == (0..<6).map { 60 * Double($0) })
    #expect(data.coordinates[1].first == -50 && data.coordinates[1].last == 50)
    let temperature = try open("scales_netcdf4.nc", FieldSelection(variables: ["temperature"]))
    // Latitude is the file's axis before longitude, and y.
    #expect(
      try values(temperature, sample: 3, frame: 2) == expected(sample: 3, frame: 2))
  }

  @Test("scales of any names say which axis they belong to")
  func namedScales() throws {
    let data = try open("scales_h5py.h5")
    #expect(data.variableNames == ["height"] && data.samples == 4)
    #expect(data.interpretation.first?.contains("n,x,y,t") == true, "\(data.interpretation)")
    #expect(data.times == [0, 0.5, 1, 1.5, 2] && data.coordinates[1].last == 2)
    #expect(data.notes.isEmpty, "\(data.notes)")
    #expect(try values(data, sample: 1, frame: 4) == expected(sample: 1, frame: 4))
  }

  /// What is read of a field `[3, 12, 8, 8]` whose axes have labels, beside coordinates of a square.
  private func labeled(_ labels: [String]) throws -> any FieldDataSet {
    let path = folder.file("labeled.h5")
    let file = try HDF5File(creating: path)
    try file.createDataSet("u", shape: [3, 12, 8, 8]).write([Double](repeating: 1, count: 3 * 12 * 64))
    for (name, count) in [("time", 12), ("latitude", 8), ("longitude", 8)] {
      try file.createDataSet(name, shape: [count]).write((0..<count).map(Double.init))
    }
    try file.writeAttribute("DIMENSION_LABELS", .texts(labels), of: "u")
    try file.close()
    return try DataFile.open(path)
  }

  @Test(
    "a dimension of an unknown name, or none, leaves the others their names",
    arguments: ["number", "ens", "simulation", "attempt", ""])
  func unknownNames(first: String) throws {
    let data = try labeled([first, "time", "latitude", "longitude"])
    let interpretation = try #require(data.interpretation.first)
    #expect(interpretation.contains("n,t,y,x"), "\(interpretation)")
    #expect(interpretation.contains("the names of its dimensions"), "\(interpretation)")
    #expect(data.samples == 3 && data.frames == 12)
  }

  @Test(
    "dimensions whose names do not settle the axes are asked for",
    arguments: [
      ["number", "time", "x", "x"], ["time", "attempt", "latitude", "longitude"],
      ["number", "time", "south_north", "west_east"],
    ])
  func unsettledNames(labels: [String]) throws {
    let error = #expect(throws: DataFileError.self) { try labeled(labels) }
    let text = error?.description ?? ""
    for word in ["labeled.h5", "do not tell", "'time'", "axes n,t,x,y"] {
      #expect(text.contains(word), "\(word) in \(text)")
    }
  }
}
