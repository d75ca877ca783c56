/// A set of flows from random initial states, each of which can be computed independently.
///
/// ```swift
/// let flows = try RandomFlow(flow: CompressibleFlow(configuration), initialState: .rand, seed: 1)
/// let samples = try parallelMap(100) { try flows.sample($0) }
/// ```
public struct RandomFlow: Sendable {
  /// The equations, the grid and the frames.
  public let flow: CompressibleFlow
  /// The kind of initial states.
  public let initialState: InitialState
  /// The ratio of the mean speed to that of sound; not used in 1D.
  public let machNumber: Double
  /// The seed of the set.
  public let seed: UInt64

  /// Attempts at a sample before the parameters are considered at fault.
  public static let maximumAttempts = 20

  /// A set of flows.
  ///
  /// - Parameters:
  ///   - flow: The equations, the grid and the frames.
  ///   - initialState: The kind of initial states.
  ///   - machNumber: The ratio of the mean speed to that of sound; not used in 1D.
  ///   - seed: The seed of the set.
  /// - Throws: ``SolverError`` if there is no such state in the flow's number of dimensions, or the Mach number
  ///   is not positive.
  public init(
    flow: CompressibleFlow, initialState: InitialState, machNumber: Double = 1, seed: UInt64
  ) throws(SolverError) {
    try initialState.check(dimensions: flow.configuration.dimensions, machNumber: machNumber)
    self.flow = flow
    self.initialState = initialState
    self.machNumber = machNumber
    self.seed = seed
  }

  /// One flow, and how many attempts it took.
  public struct Sample: Sendable {
    /// The flow.
    public let solution: CompressibleFlow.Solution
    /// The number of initial states that were tried; all but the last gave no finite flow.
    public let attempts: Int

    /// A flow that took some attempts.
    ///
    /// - Parameters:
    ///   - solution: The flow.
    ///   - attempts: The number of initial states that were tried.
    public init(solution: CompressibleFlow.Solution, attempts: Int) {
      self.solution = solution
      self.attempts = attempts
    }
  }

  /// Computes one sample, which depends on the set and its number alone.
  ///
  /// An initial state that is unphysical, or whose flow does not stay finite, is replaced by the next one.
  ///
  /// - Parameter index: The number of the sample.
  /// - Returns: The flow and the number of attempts.
  /// - Throws: The last attempt's error, if there were ``maximumAttempts`` of them.
  public func sample(_ index: Int) throws(SolverError) -> Sample {
    var attempt = 0
    while true {
      do {
        let initial = try initialState.make(
          for: flow.configuration, machNumber: machNumber, seed: seed, sample: index, attempt: attempt)
        return Sample(solution: try flow.solve(initial: initial), attempts: attempt + 1)
      } catch {
        attempt += 1
        guard error.isOfOneState, attempt < Self.maximumAttempts else { throw error }
      }
    }
  }
}

extension SolverError {
  /// Whether another initial state may do better.
  fileprivate var isOfOneState: Bool {
    switch self {
    case .unphysicalState, .diverged: true
    default: false
    }
  }
}
