/// The coordinates of a file in PDEBench's layout.
struct PDEBenchCoordinates {
  /// The names of the coordinates of space, in the order of the axes.
  static let spaceNames = ["x-coordinate", "y-coordinate", "z-coordinate"]
  /// The name of the coordinate of time.
  static let timeName = "t-coordinate"

  private(set) var space: [[Double]] = []
  private(set) var times: [Double] = []
  private(set) var notes: [String] = []

  /// Reads the coordinates that belong to variables of shape `[sample, time, x(, y(, z))]`.
  init(file: HDF5File, names: [String], shape: [Int]) throws(DataFileError) {
    for (name, points) in zip(Self.spaceNames, shape[2...]) {
      if names.contains(name) {
        let values = try Self.read(name, file)
        guard values.count == points else {
          throw .wrongCoordinateCount(
            dataSet: name, file: file.path, found: values.count, expected: "\(points), one per point")
        }
        space.append(values)
      } else {
        space.append((0..<points).map { (Double($0) + 0.5) / Double(points) })
        notes.append(
          "There is no '\(name)': points are taken to be the centres of \(points) equal cells of [0, 1].")
      }
    }

    let frames = shape[1]
    if names.contains(Self.timeName) {
      let values = try Self.read(Self.timeName, file)
      guard values.count == frames || values.count == frames + 1 else {
        throw .wrongCoordinateCount(
          dataSet: Self.timeName, file: file.path, found: values.count,
          expected: "\(frames), one per frame, or \(frames + 1)")
      }
      times = Array(values.prefix(frames))
    } else {
      times = (0..<frames).map(Double.init)
      notes.append("There is no '\(Self.timeName)': times are taken to be the numbers of the frames.")
    }
  }

  private static func read(_ name: String, _ file: HDF5File) throws(DataFileError) -> [Double] {
    let dataSet = try file.dataSet(at: name)
    guard dataSet.shape.count == 1 else {
      throw .wrongRank(dataSet: name, file: file.path, shape: dataSet.shape, expected: "one axis")
    }
    let values = try dataSet.doubles()
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      throw .notFinite(value: values[index], dataSet: name, file: file.path, position: [index])
    }
    return values
  }
}
