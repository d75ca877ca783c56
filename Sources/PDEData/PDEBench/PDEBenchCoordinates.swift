import HDF5
import SystemFiles

/// The coordinates of a file in PDEBench's layout.
struct PDEBenchCoordinates {
  /// The names of the coordinates of space, in the order of the axes.
  static let spaceNames = ["x-coordinate", "y-coordinate", "z-coordinate"]
  /// The name of the coordinate of time.
  static let timeName = "t-coordinate"

  /// The name of the times of an incompressible flow's samples, `[sample, time]`.
  static let sampleTimeName = "t"

  private(set) var space: [[Double]] = []
  /// The names of coordinates of space that are not there.
  private(set) var assumed: Set<String> = []
  private(set) var times: [Double] = []
  /// Whether times are frame numbers, as the file has none.
  private(set) var timesAreAssumed = false
  private(set) var notes: [String] = []

  /// Reads the coordinates that belong to samples, frames and points of the numbers `[sample, time, x(, y(, z))]`.
  init(_ contents: FileContents, times kind: PDEBenchKind.Times, shape: [Int]) throws(DataFileError) {
    let (file, names) = (contents.file, contents.names)
    for (name, points) in zip(Self.spaceNames, shape[2...]) {
      if names.contains(name) {
        let values = try Self.read(name, of: file, counts: [points], expected: "\(points), one per point")
        if let entry = values.turningEntry {
          throw Self.unordered(name, of: file, values, entry, expected: "numbers that only rise or only fall")
        }
        space.append(values)
      } else {
        space.append(OrderedCoordinates.centers(of: points))
        assumed.insert(name)
        notes.append(
          "There is no '\(name)': points are taken to be the centers of \(points) equal cells of [0, 1].")
      }
    }

    let frames = shape[1]
    if case .none(let frameNames) = kind {
      times = frameNames.indices.map(Double.init)
    } else if case .ofSamples = kind, names.contains(Self.sampleTimeName) {
      times = try Self.firstSampleTimes(of: file, samples: shape[0], frames: frames)
    } else if names.contains(Self.timeName) {
      let times = try Self.read(
        Self.timeName, of: file, counts: [frames, frames + 1],
        expected: "\(frames), one per frame, or \(frames + 1)")
      self.times = Array(times.prefix(frames))
      if let entry = self.times.notRisingEntry {
        throw Self.unordered(Self.timeName, of: file, times, entry, expected: "times that rise")
      }
    } else {
      times = (0..<frames).map(Double.init)
      timesAreAssumed = true
      notes.append("There is no '\(Self.timeName)': frame numbers are used as times.")
    }
  }

  private static func firstSampleTimes(
    of file: HDF5File, samples: Int, frames: Int
  ) throws(DataFileError) -> [Double] {
    let dataSet = try inHDF5(file.dataSet(at: sampleTimeName))
    guard dataSet.shape == [samples, frames] else {
      throw .wrongRank(
        dataSet: sampleTimeName, file: file.path, shape: dataSet.shape, expected: "[\(samples), \(frames)]")
    }
    let times = try inHDF5(dataSet.doubles(Hyperslab(start: [0, 0], count: [1, frames])))
    if let frame = times.firstIndex(where: { !$0.isFinite }) {
      throw .notFinite(value: times[frame], dataSet: sampleTimeName, file: file.path, position: [0, frame])
    }
    if let entry = times.notRisingEntry {
      throw unordered(sampleTimeName, of: file, times, entry, expected: "times that rise")
    }
    return times
  }

  /// Coordinates that do not rise, or neither rise nor fall, from an entry on.
  private static func unordered(
    _ name: String, of file: HDF5File, _ values: [Double], _ entry: Int, expected: String
  ) -> DataFileError {
    .unclear(
      file: file.path,
      """
      '\(name)' is \(values[entry]) at entry \(entry) (counted from 0) and \(values[entry - 1]) at the one before, expected \
      \(expected); correct the coordinate or remove it
      """)
  }

  private static func read(
    _ name: String, of file: HDF5File, counts: [Int], expected: String
  ) throws(DataFileError) -> [Double] {
    let dataSet = try inHDF5(file.dataSet(at: name))
    guard dataSet.shape.count == 1 else {
      throw .wrongRank(dataSet: name, file: file.path, shape: dataSet.shape, expected: "one axis")
    }
    guard counts.contains(dataSet.shape[0]) else {
      throw .wrongCoordinateCount(
        dataSet: name, file: file.path, found: dataSet.shape[0], expected: expected)
    }
    let values = try inHDF5(dataSet.doubles())
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      throw .notFinite(value: values[index], dataSet: name, file: file.path, position: [index])
    }
    return values
  }
}
