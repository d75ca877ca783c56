public import HDF5

/// What a file in PDEBench's layout describes, apart from the fields themselves.
public struct PDEBenchLayout: Sendable, Equatable {
  /// What the file describes, which says how its variables are stored.
  public var kind: PDEBenchFile.Kind
  /// The names of the variables, in the order of the channels.
  public var variables: [String]
  /// The coordinates of the points, per axis of space.
  public var coordinates: [[Double]]
  /// The number of frames of each sample.
  public var frames: Int
  /// The times of the frames, and in PDEBench's files one more.
  public var times: [Double]
  /// The attributes of the file, such as `eta` and `zeta`.
  public var attributes: [String: AttributeValue]
  /// What is stored beside the frames, once a sample: the shape by the name of the data set.
  public var extras: [String: [Int]]

  /// The number of points along x(, y(, z)).
  public var spatialShape: [Int] { coordinates.map(\.count) }

  /// A layout of evenly spaced times, with the one entry more that PDEBench writes.
  ///
  /// - Parameters:
  ///   - kind: What the file describes; a single field where the only variable is `tensor`, else a flow, if `nil`.
  ///   - variables: The names of the variables, in the order of the channels.
  ///   - coordinates: The coordinates of the points, per axis of space.
  ///   - times: The times of the frames; an entry is added at the same distance as the last two.
  ///   - attributes: The attributes of the file.
  ///   - extras: What is stored beside the frames, once a sample: the shape by the name of the data set.
  /// - Precondition: There are one to three axes, and at least one variable and one frame.
  public init(
    kind: PDEBenchFile.Kind? = nil, variables: [String], coordinates: [[Double]], times: [Double],
    attributes: [String: AttributeValue] = [:], extras: [String: [Int]] = [:]
  ) {
    precondition(!variables.isEmpty && !times.isEmpty, "a file needs at least one variable and one frame")
    precondition(
      (1...3).contains(coordinates.count) && coordinates.allSatisfy { !$0.isEmpty },
      "a field has one to three axes of at least one point, got \(coordinates.map(\.count))")
    self.kind = kind ?? (variables == ["tensor"] ? .singleField : .compressibleFlow)
    self.variables = variables
    self.extras = extras
    self.coordinates = coordinates
    self.attributes = attributes
    frames = times.count
    let step = times.count > 1 ? times[times.count - 1] - times[times.count - 2] : 1
    self.times = times + [times[times.count - 1] + step]
  }

  /// The layout of a whole file, with what is stored beside the frames.
  ///
  /// - Parameter file: The file.
  public init(of file: PDEBenchFile) {
    self.init(
      kind: file.kind, variables: file.variables, coordinates: file.coordinates, times: file.times,
      attributes: file.attributes, extras: file.extras)
  }
}
