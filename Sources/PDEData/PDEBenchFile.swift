/// A file in PDEBench's layout: fields of many samples on a uniform grid, over time.
///
/// Two kinds are read. A compressible flow holds `density`, `pressure`, `Vx` and, with the dimension, `Vy` and `Vz`; a
/// single field holds `tensor` (PDEBench's advection, Burgers and reaction-diffusion files). Each is an array
/// `[sample, time, x(, y(, z))]`, found by name. Beside them stand `x-coordinate`, `y-coordinate`, `z-coordinate` and
/// `t-coordinate`, and the parameters as attributes of the file.
///
/// Opening a file reads these descriptions alone, no field.
public struct PDEBenchFile: Sendable {
  /// What a file describes.
  public enum Kind: String, Sendable, Codable {
    /// The compressible Navier-Stokes equations: density, pressure and velocity.
    case compressibleFlow = "compressible flow"
    /// One field under the name `tensor`.
    case singleField = "single field"

    /// The names of the variables, in the order in which they become channels.
    ///
    /// - Parameter dimensions: The number of spatial axes, 1 to 3.
    /// - Returns: The names of the data sets.
    public func variables(dimensions: Int) -> [String] {
      switch self {
      case .compressibleFlow: ["density", "pressure"] + ["Vx", "Vy", "Vz"].prefix(dimensions)
      case .singleField: ["tensor"]
      }
    }
  }

  /// Where the file is.
  public let path: String
  /// What it describes.
  public let kind: Kind
  /// The names of the variables, in the order in which they become channels.
  public let variables: [String]
  /// The number of samples.
  public let samples: Int
  /// The number of frames of each sample.
  public let frames: Int
  /// The number of points along x(, y(, z)).
  public let spatialShape: [Int]
  /// The coordinates of the points, per axis.
  public let coordinates: [[Double]]
  /// The time of each frame. PDEBench's files list one time more than there are frames; it is left out here.
  public let times: [Double]
  /// The attributes of the file.
  public let attributes: [String: AttributeValue]
  /// How each variable is stored, in the order of ``variables``.
  public let storage: [DataSetStorage]
  /// What a person should know about the file: one sentence each, empty for a file as PDEBench publishes it.
  public let notes: [String]

  let dataSets: [HDF5DataSet]

  /// The number of spatial axes.
  public var dimensions: Int { spatialShape.count }

  /// The attributes that are single numbers, such as `eta`, `zeta` and `M`.
  public var parameters: [String: Double] { attributes.compactMapValues(\.number) }

  /// Opens a file and checks that its data sets agree.
  ///
  /// Where a coordinate is missing, points are taken to be the centres of equal cells of [0, 1], and times to count the
  /// frames; ``notes`` then says so.
  ///
  /// - Parameter path: Where the file is.
  /// - Throws: ``DataFileError`` where the file is missing, not HDF5, truncated, in another layout, or its data sets
  ///   have the wrong rank, disagree in shape or are empty.
  public init(path: String) throws(DataFileError) {
    let file = try HDF5File(reading: path)
    let names = try file.names()
    let kind: Kind
    if !Set(names).isDisjoint(with: Kind.compressibleFlow.variables(dimensions: 3)) {
      kind = .compressibleFlow
    } else if names.contains("tensor") {
      kind = .singleField
    } else {
      throw .unknownLayout(file: path, found: names)
    }

    let dataSets = try Self.dataSets(of: kind, in: file, names: names)
    let shape = dataSets[0].shape
    let coordinates = try PDEBenchCoordinates(file: file, names: names, shape: shape)
    self.path = path
    self.kind = kind
    self.dataSets = dataSets
    variables = dataSets.map(\.name)
    samples = shape[0]
    frames = shape[1]
    spatialShape = Array(shape[2...])
    storage = dataSets.map(\.storage)
    attributes = try file.attributes()
    self.coordinates = coordinates.space
    times = coordinates.times
    notes = coordinates.notes + Self.notes(onUnused: names, kind: kind, dimensions: shape.count - 2)
  }

  private static func notes(onUnused names: [String], kind: Kind, dimensions: Int) -> [String] {
    let used = kind.variables(dimensions: dimensions)
    return kind.variables(dimensions: 3).filter { names.contains($0) && !used.contains($0) }
      .map { "'\($0)' is not used: a flow in \(dimensions)D has no such velocity." }
  }

  /// The variables' data sets, whose shapes are known to agree.
  private static func dataSets(
    of kind: Kind, in file: HDF5File, names: [String]
  ) throws(DataFileError) -> [HDF5DataSet] {
    let known = kind.variables(dimensions: 3).filter(names.contains)
    let first = try file.dataSet(at: known[0])
    let dimensions = first.shape.count - 2
    guard (1...3).contains(dimensions) else {
      throw .wrongRank(
        dataSet: first.name, file: file.path, shape: first.shape,
        expected: "[sample, time, x], [sample, time, x, y] or [sample, time, x, y, z]")
    }
    var dataSets: [HDF5DataSet] = []
    for name in kind.variables(dimensions: dimensions) {
      guard names.contains(name) else {
        throw .missingVariable(name: name, dimensions: dimensions, file: file.path, found: names)
      }
      let dataSet = try file.dataSet(at: name)
      guard dataSet.shape == first.shape else {
        throw .shapesDisagree(
          dataSet: name, shape: dataSet.shape, other: first.name, otherShape: first.shape, file: file.path)
      }
      guard dataSet.storage.isNumeric else {
        throw .wrongType(
          dataSet: name, file: file.path, found: dataSet.storage.type, expected: "float32 or float64")
      }
      dataSets.append(dataSet)
    }
    guard !first.shape.contains(0) else {
      throw .empty(dataSet: first.name, file: file.path, shape: first.shape)
    }
    return dataSets
  }

  /// Reads whole frames of one variable of one sample.
  ///
  /// - Parameters:
  ///   - variable: The variable's place in ``variables``.
  ///   - sample: The sample's place in the file.
  ///   - frames: The places of the frames in the file, evenly spaced.
  ///   - target: Room for as many frames, each of ``spatialShape``.
  /// - Throws: ``DataFileError/readFailed(action:file:dataSet:stack:)``.
  func read(
    variable: Int, sample: Int, frames: [Int], into target: UnsafeMutableBufferPointer<Float>
  ) throws(DataFileError) {
    guard let first = frames.first else { return }
    let stride = frames.count > 1 ? frames[1] - first : 1
    let zeros = spatialShape.map { _ in 0 }
    let ones = spatialShape.map { _ in 1 }
    let selection = Hyperslab(
      start: [sample, first] + zeros, stride: [1, stride] + ones, count: [1, frames.count] + spatialShape)
    try dataSets[variable].read(selection, into: target)
  }
}
