public import TensorCore

/// What keeps a compressible flow from being set up or computed.
public enum CompressibleFlowError: ReportableError, Equatable {
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
  case unsupportedInitialState(InitialState, dimensions: Int)
  /// The flow became non-finite, or its speeds so large that the time step vanished.
  case diverged(time: Double)

  /// A wrong parameter is a mistake of usage, a wrong initial state one of data, divergence one of the run.
  public var fault: Fault {
    switch self {
    case .wrongShape, .unphysicalState: .data
    case .diverged: .run
    default: .usage
    }
  }

  /// The error as a sentence.
  public var description: String {
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
    case .unsupportedInitialState(let state, let dimensions):
      """
      There is no '\(state.rawValue)' initial state in \(dimensions)D; choose \
      \(InitialState.allCases.filter { $0.dimensions.contains(dimensions) }.map(\.rawValue).joined(separator: " or ")).
      """
    case .diverged(let time):
      "The flow stopped being finite at time \(time); try another initial state, more viscosity or a finer grid."
    }
  }

  private static func divisor(of time: Double, near interval: Double) -> Double {
    time / max((time / interval).rounded(), 1)
  }
}
