public import SystemFiles

/// Why a solution could not be set up or computed.
public enum SolverError: ReportableError, Equatable {
  /// The number of dimensions is not 1, 2 or 3.
  case unsupportedDimensions(Int)
  /// An axis has too few cells.
  case tooCoarse(resolution: [Int], minimum: Int)
  /// The frames of one sample do not fit in memory.
  case tooLarge(resolution: [Int], frames: Int, maximumValues: Int)
  /// There is not one interval per axis, or one of them is empty or not finite.
  case badDomain([ClosedRange<Double>], dimensions: Int)
  /// A number is outside of what the equations allow.
  case outOfRange(quantity: String, value: Double, allowed: String)
  /// The frames do not end at the final time.
  case indivisibleTime(finalTime: Double, saveInterval: Double)
  /// An initial state does not fit the grid.
  case wrongShape(found: [Int], expected: [Int])
  /// An initial state holds a value that is not finite, or a density or pressure that is not positive.
  case unphysicalState(variable: String, value: Float)
  /// The kind of initial state does not exist in this number of dimensions.
  case unsupportedInitialState(String, dimensions: Int, supported: [String])
  /// The solution became non-finite, its speeds so large that the time step vanished, or the densities of neighbors so unlike
  /// that the viscous sub-step did.
  case diverged(time: Double)
  /// An iteration ended before the residual, relative to the source, was small enough.
  case notConverged(iterations: Int, residual: Double)

  /// A wrong parameter is a mistake of usage, a wrong initial state one of data, divergence one of the run.
  public var fault: Fault {
    switch self {
    case .wrongShape, .unphysicalState: .data
    case .diverged, .notConverged: .run
    default: .usage
    }
  }

  /// The error as a sentence.
  public var message: Message {
    switch self {
    case .unsupportedDimensions(let found):
      "A flow has 1, 2 or 3 dimensions, but the resolution has \(found) axes; give one number per axis."
    case .tooCoarse(let resolution, let minimum):
      "The resolution \(resolution) is below \(minimum) cells on an axis; use at least \(minimum)."
    case .tooLarge(let resolution, let frames, let maximumValues):
      """
      \(frames) frames at the resolution \(resolution) are more than \(maximumValues) values a sample; \
      use a coarser grid or a longer save interval.
      """
    case .badDomain(let domain, let dimensions):
      "The domain \(domain) does not give each of the \(dimensions) axes an interval of positive, finite length."
    case .outOfRange(let quantity, let value, let allowed):
      "The \(quantity) is \(value), but must be \(allowed)."
    case .indivisibleTime(let finalTime, let saveInterval):
      """
      The save interval \(saveInterval) does not divide the final time \(finalTime); \
      choose one that fits in a whole number of times, such as \(Self.divisor(of: finalTime, near: saveInterval)).
      """
    case .wrongShape(let found, let expected):
      "The initial state has the shape \(found), but this flow needs [variable, cells…] = \(expected)."
    case .unphysicalState(let variable, let value):
      "The initial state's \(variable) holds \(value); values must be finite, densities and pressures positive."
    case .unsupportedInitialState(let state, let dimensions, let supported):
      "There is no '\(state)' initial state in \(dimensions)D; choose \(supported.joined(separator: " or "))."
    case .diverged(let time):
      """
      The solution cannot be followed beyond time \(time): values are not finite, speeds have grown ten-thousandfold, or \
      densities of neighbors differ by a factor of 1e5; try another initial state or a finer grid.
      """
    case .notConverged(let iterations, let residual):
      "After \(iterations) iterations the residual is still \(residual) of the source; use a coefficient of less contrast."
    }
  }

  private static func divisor(of time: Double, near interval: Double) -> Double {
    time / max((time / interval).rounded(), 1)
  }
}

/// The checks that all solvers share.
extension SolverError {
  static let minimumResolution = 8
  static let maximumValues = 1 << 34

  /// Refuses a number that is not finite or not allowed.
  static func check(
    _ quantity: String, _ value: Double, _ allowed: String, _ isAllowed: (Double) -> Bool
  ) throws(SolverError) {
    guard value.isFinite, isAllowed(value) else {
      throw .outOfRange(quantity: quantity, value: value, allowed: allowed)
    }
  }

  /// Refuses a grid with too few cells along an axis.
  static func checkResolution(_ resolution: [Int]) throws(SolverError) {
    guard resolution.allSatisfy({ $0 >= minimumResolution }) else {
      throw .tooCoarse(resolution: resolution, minimum: minimumResolution)
    }
  }

  /// Refuses frames that do not end at the final time.
  static func checkTimes(finalTime: Double, saveInterval: Double) throws(SolverError) {
    try check("final time", finalTime, "positive") { $0 > 0 }
    try check("save interval", saveInterval, "positive") { $0 > 0 }
    let intervals = finalTime / saveInterval
    try check("number of frames", intervals, "below 1e6; use a longer save interval") { $0 < 1e6 }
    guard abs(intervals - intervals.rounded()) <= 1e-6 * intervals, intervals > 0.5 else {
      throw .indivisibleTime(finalTime: finalTime, saveInterval: saveInterval)
    }
  }

  /// Refuses a sample of so many time steps that it would practically never be done.
  static func checkSteps(_ steps: Double) throws(SolverError) {
    try check("number of time steps", steps, "at most 1e9") { $0 <= 1e9 }
  }

  /// Refuses a sample of more values than can be handled.
  static func checkSize(frames: Int, variables: Int, resolution: [Int]) throws(SolverError) {
    let values = resolution.reduce(Double(frames) * Double(variables)) { $0 * Double($1) }
    guard values <= Double(maximumValues) else {
      throw .tooLarge(resolution: resolution, frames: frames, maximumValues: maximumValues)
    }
  }
}
