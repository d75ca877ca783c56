/// What a file in PDEBench's layout describes, apart from the fields themselves.
public struct PDEBenchLayout: Sendable, Equatable {
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

  /// The number of points along x(, y(, z)).
  public var spatialShape: [Int] { coordinates.map(\.count) }

  /// A layout of evenly spaced times, with the one entry more that PDEBench writes.
  ///
  /// - Parameters:
  ///   - variables: The names of the variables, in the order of the channels.
  ///   - coordinates: The coordinates of the points, per axis of space.
  ///   - times: The times of the frames; an entry is added at the same distance as the last two.
  ///   - attributes: The attributes of the file.
  /// - Precondition: There are one to three axes, and at least one variable and one frame.
  public init(
    variables: [String], coordinates: [[Double]], times: [Double], attributes: [String: AttributeValue] = [:]
  ) {
    precondition(!variables.isEmpty && !times.isEmpty, "a file needs at least one variable and one frame")
    precondition(
      (1...3).contains(coordinates.count) && coordinates.allSatisfy { !$0.isEmpty },
      "a field has one to three axes of at least one point, got \(coordinates.map(\.count))")
    self.variables = variables
    self.coordinates = coordinates
    self.attributes = attributes
    frames = times.count
    let step = times.count > 1 ? times[times.count - 1] - times[times.count - 2] : 1
    self.times = times + [times[times.count - 1] + step]
  }

  /// The layout of what a loader gives, so that predictions lie beside the data that they belong to.
  ///
  /// - Parameter loader: The loader, with its strides in space and time.
  public init(of loader: BatchLoader) {
    self.init(
      variables: loader.file.variables, coordinates: loader.coordinates, times: loader.times,
      attributes: loader.file.attributes)
  }
}
