/// The cells of [0, 1], or of either axis of its square, and the frames at which a solution is kept.
public struct LineGrid: Sendable, Equatable {
  /// The number of cells.
  public let resolution: Int
  /// The time of the last frame; the first one is at 0.
  public let finalTime: Double
  /// The time between two frames.
  public let saveInterval: Double

  /// A grid.
  ///
  /// - Parameters:
  ///   - resolution: The number of cells.
  ///   - finalTime: The time of the last frame.
  ///   - saveInterval: The time between two frames.
  /// - Throws: ``SolverError`` where there are too few cells or the frames do not end at the final time.
  public init(resolution: Int, finalTime: Double, saveInterval: Double) throws(SolverError) {
    self.resolution = resolution
    self.finalTime = finalTime
    self.saveInterval = saveInterval
    try SolverError.checkResolution([resolution])
    try SolverError.checkTimes(finalTime: finalTime, saveInterval: saveInterval)
    try SolverError.checkSize(frames: times.count, variables: 1, resolution: [resolution])
  }

  /// The centers of the cells.
  public var coordinates: [Double] { (0..<resolution).map { (Double($0) + 0.5) / Double(resolution) } }

  /// The times of the frames.
  public var times: [Double] {
    (0...Int((finalTime / saveInterval).rounded())).map { Double($0) * saveInterval }
  }
}
