import SystemFiles
public import Options

/// What a run is beside what it trains: its random numbers, and what it may use of the machine.
public struct RunConfiguration: ConfigurationPart {
  /// Seed of weights, order and noise.
  public var seed: UInt64 = 0
  /// Threads; nil for all cores. Results do not depend on it.
  public var threads: Int?

  /// The defaults.
  public init() {}

  /// The options.
  public static let options: [OptionDeclaration<RunConfiguration>] = [
    OptionDeclaration("seed", \.seed, help: "Seed of weights, order and noise."),
    OptionDeclaration(
      "threads", \.threads, in: .from(1, to: 1024), help: "Number of threads. Results do not depend on it.",
      default: "all cores", example: 4),
  ]
}
