public import HDF5
import TensorCore

/// A file in PDEBench's layout: fields of many samples on a uniform grid, over time.
///
/// Four kinds are read, told by the names of their data sets. A compressible flow holds `density`, `pressure`, `Vx` and,
/// with the dimension, `Vy` and `Vz`; a single field holds `tensor` (PDEBench's advection, Burgers and
/// reaction-diffusion files): each an array `[sample, time, x(, y(, z))]`. A Darcy flow holds a coefficient `nu`
/// `[sample, x, y]` and the pressure that belongs to it, `tensor` `[sample, 1, x, y]`: the first and the second frame. An
/// incompressible flow holds `velocity` and `particles`, each `[sample, time, x, y, component]`. Beside them stand
/// `x-coordinate`, `y-coordinate`, `z-coordinate` and `t-coordinate` (incompressible flows: `t`), and the parameters as
/// attributes of the file.
///
/// Opening a file reads these descriptions alone, no field.
public struct PDEBenchFile: Sendable {
  /// What a file describes.
  public enum Kind: String, Sendable, Codable {
    /// The compressible Navier-Stokes equations: density, pressure and velocity.
    case compressibleFlow = "compressible flow"
    /// One field under the name `tensor`.
    case singleField = "single field"
    /// Darcy's law: frame 0 is the coefficient `nu`, frame 1 the pressure `tensor`.
    case darcyFlow = "Darcy flow"
    /// The incompressible Navier-Stokes equations in 2D: velocity, and the density of particles carried along.
    case incompressibleFlow = "incompressible flow"

    /// The names of the variables, in the order in which they become channels.
    ///
    /// - Parameter dimensions: The number of spatial axes, 1 to 3.
    /// - Returns: The names of the data sets.
    public func variables(dimensions: Int) -> [String] {
      switch self {
      case .compressibleFlow: ["density", "pressure"] + ["Vx", "Vy", "Vz"].prefix(dimensions)
      case .singleField, .darcyFlow: ["tensor"]
      case .incompressibleFlow: ["Vx", "Vy", "particles"]
      }
    }

    /// Whether there is a `t-coordinate`.
    var hasTimes: Bool { self == .compressibleFlow || self == .singleField }

    /// The kind of a file that holds data sets of these names.
    fileprivate init?(names: [String]) {
      if !Set(names).isDisjoint(with: Kind.compressibleFlow.variables(dimensions: 3)) {
        self = .compressibleFlow
      } else if names.contains("velocity"), names.contains("particles") {
        self = .incompressibleFlow
      } else if names.contains("tensor") {
        self = names.contains("nu") ? .darcyFlow : .singleField
      } else {
        return nil
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

  /// The attribute of a file in the making that says how many of its samples are finished.
  static let finishedAttribute = "finished_samples"
  /// What may be stored beside the frames.
  private static let extraNames = ["force", "t"]

  /// The room for samples: the number of samples unless the file is still in the making.
  let capacity: Int
  /// What is stored beside the frames, once a sample: the shape by the name of the data set.
  public let extras: [String: [Int]]
  private let fields: [(field: StoredField, dataSet: HDF5DataSet)]
  private let extraSets: [String: HDF5DataSet]

  /// The number of spatial axes.
  public var dimensions: Int { spatialShape.count }

  /// The attributes that are single numbers, such as `eta`, `zeta` and `M`.
  public var parameters: [String: Double] { attributes.compactMapValues(\.number) }

  /// Opens a file and checks that its data sets agree.
  ///
  /// Where a coordinate is missing, points are taken to be the centres of equal cells of [0, 1], and times to count the
  /// frames; ``notes`` then says so.
  ///
  /// - Parameters:
  ///   - path: Where the file is.
  ///   - access: What the file may refer to, and what happens before it is opened.
  /// - Throws: ``DataFileError`` where the file is missing, not HDF5, truncated, in another layout, or its data sets
  ///   have the wrong rank, disagree in shape or are empty.
  public init(path: String, access: HDF5Access = .standard) throws(DataFileError) {
    try self.init(path: path, access: access, ignoresLocks: false)
  }

  /// Opens a file, even if another has locked it.
  init(path: String, access: HDF5Access = .standard, ignoresLocks: Bool) throws(DataFileError) {
    let file = try inHDF5(HDF5File(reading: path, access: access, ignoresLocks: ignoresLocks))
    let names = try inHDF5(file.names())
    guard let kind = Kind(names: names) else { throw .unknownLayout(file: path, found: names) }
    let (leading, shape) = try Self.shape(of: kind, in: file, names: names)
    let spatialShape = Array(shape[2...])
    let variables = kind.variables(dimensions: spatialShape.count)
    let fields = try Self.fields(of: kind, variables, in: file, names: names, leading: leading, shape: shape)
    let coordinates = try PDEBenchCoordinates(file: file, names: names, kind: kind, shape: shape)
    var attributes = try inHDF5(file.attributes())
    let finished = attributes.removeValue(forKey: Self.finishedAttribute)?.number
    let samples = finished.flatMap { Int(exactly: $0) }.map { min($0, shape[0]) } ?? shape[0]
    guard samples > 0 else {
      throw .empty(dataSet: fields[0].field.name, file: path, shape: [0] + shape[1...])
    }
    var extraSets: [String: HDF5DataSet] = [:]
    if kind == .incompressibleFlow {
      for name in Self.extraNames where names.contains(name) {
        let dataSet = try inHDF5(file.dataSet(at: name))
        if dataSet.shape.count > 1, dataSet.shape[0] == shape[0] { extraSets[name] = dataSet }
      }
    }
    self.path = path
    self.kind = kind
    self.variables = variables
    self.samples = samples
    self.fields = fields
    self.extraSets = extraSets
    self.attributes = attributes
    self.spatialShape = spatialShape
    capacity = shape[0]
    frames = shape[1]
    extras = extraSets.mapValues { Array($0.shape.dropFirst()) }
    // A Darcy flow's only variable is stored as two data sets, of which the last is what it is about.
    storage = variables.indices.compactMap { variable in
      fields.last { $0.field.variables.contains(variable) }?.dataSet.storage
    }
    self.coordinates = coordinates.space
    times = coordinates.times
    notes =
      coordinates.notes + Self.notes(onUnused: names, kind: kind, dimensions: spatialShape.count)
      + (finished == nil ? [] : ["It is unfinished: \(samples) of \(shape[0]) samples are in it."])
  }

  private static func notes(onUnused names: [String], kind: Kind, dimensions: Int) -> [String] {
    let used = kind.variables(dimensions: dimensions)
    return kind.variables(dimensions: 3).filter { names.contains($0) && !used.contains($0) }
      .map { "'\($0)' is not used: a flow in \(dimensions)D has no such velocity." }
  }

  /// The data set that the others are to fit, and what it says of the numbers of samples, frames and points,
  /// `[sample, time, x(, y(, z))]`.
  private static func shape(
    of kind: Kind, in file: HDF5File, names: [String]
  ) throws(DataFileError) -> (leading: HDF5DataSet, shape: [Int]) {
    let known =
      switch kind {
      case .compressibleFlow: kind.variables(dimensions: 3).filter(names.contains)[0]
      case .singleField, .darcyFlow: "tensor"
      case .incompressibleFlow: "velocity"
      }
    let first = try inHDF5(file.dataSet(at: known))
    func refuse(_ expected: String) -> DataFileError {
      .wrongRank(dataSet: first.name, file: file.path, shape: first.shape, expected: expected)
    }
    guard !first.shape.contains(0) || first.shape.count < 3 else {
      throw .empty(dataSet: first.name, file: file.path, shape: first.shape)
    }
    switch kind {
    case .compressibleFlow, .singleField:
      guard (3...5).contains(first.shape.count) else {
        throw refuse("[sample, time, x], [sample, time, x, y] or [sample, time, x, y, z]")
      }
      return (first, first.shape)
    case .darcyFlow:
      guard first.shape.count == 4, first.shape[1] == 1 else { throw refuse("[sample, 1, x, y]") }
      return (first, [first.shape[0], 2] + first.shape[2...])
    case .incompressibleFlow:
      guard first.shape.count == 5, first.shape[4] == 2 else { throw refuse("[sample, time, x, y, 2]") }
      return (first, Array(first.shape.dropLast()))
    }
  }

  /// The data sets of the frames, whose shapes are known to agree.
  private static func fields(
    of kind: Kind, _ variables: [String], in file: HDF5File, names: [String], leading: HDF5DataSet,
    shape: [Int]
  ) throws(DataFileError) -> [(field: StoredField, dataSet: HDF5DataSet)] {
    let spatialShape = Array(shape[2...])
    var result: [(field: StoredField, dataSet: HDF5DataSet)] = []
    for field in kind.fields(variables: variables, frames: shape[1]) {
      guard names.contains(field.name) else {
        throw .missingVariable(
          name: field.name, dimensions: spatialShape.count, file: file.path, found: names)
      }
      let dataSet = try inHDF5(file.dataSet(at: field.name))
      let expected = field.shape(samples: shape[0], spatialShape: spatialShape)
      guard dataSet.shape == expected else {
        throw .shapesDisagree(
          dataSet: field.name, shape: dataSet.shape, other: leading.name, otherShape: leading.shape,
          file: file.path)
      }
      guard dataSet.storage.isNumeric else {
        throw .hdf5(
          .wrongType(
            dataSet: field.name, file: file.path, found: dataSet.storage.type, expected: "float32 or float64")
        )
      }
      result.append((field, dataSet))
    }
    return result
  }

  /// Reads whole frames of one variable of one sample.
  ///
  /// - Parameters:
  ///   - variable: The variable's place in ``variables``.
  ///   - sample: The sample's place in the file.
  ///   - frames: The places of the frames in the file, evenly spaced.
  ///   - target: Room for as many frames, each of ``spatialShape``.
  /// - Throws: ``DataFileError/hdf5(_:)``.
  func read(
    variable: Int, sample: Int, frames: [Int], into target: UnsafeMutableBufferPointer<Float>
  ) throws(DataFileError) {
    let points = spatialShape.reduce(1, *)
    for (field, dataSet) in fields where field.variables.contains(variable) {
      let wanted = frames.indices.filter { field.frames.contains(frames[$0]) }
      guard let first = wanted.first, let last = wanted.last else { continue }
      let selection = field.selection(
        sample: sample, first: frames[first], stride: frames.count > 1 ? frames[1] - frames[0] : 1,
        count: wanted.count, spatialShape: spatialShape)
      let place = UnsafeMutableBufferPointer(rebasing: target[first * points..<(last + 1) * points])
      if field.hasVariableAxis {
        // HDF5's own strides along the last axis are many times slower than reading all and picking here.
        let all = try inHDF5(dataSet.floats(selection))
        let component = variable - field.variables.lowerBound
        all.withUnsafeElements { source in
          for point in place.indices { place[point] = source[point * field.variables.count + component] }
        }
      } else {
        try inHDF5(dataSet.read(selection, into: place))
      }
    }
  }

  /// What is stored beside the frames of one sample.
  func extras(sample: Int) throws(DataFileError) -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    for (name, shape) in extras {
      guard let dataSet = extraSets[name] else { continue }
      let selection = Hyperslab(start: [sample] + shape.map { _ in 0 }, count: [1] + shape)
      result[name] = try inHDF5(dataSet.floats(selection).reshaped(shape))
    }
    return result
  }
}
