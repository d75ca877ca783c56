public import Training

/// The runs of a benchmark: data sets × models × ratios × methods × points of a grid × seeds.
///
/// A ``Cell`` is one data set, model, ratio and method. If its grid has several points, one of them is chosen by the
/// error on the *validation* samples; the test samples are never looked at for that. All points are trained with the seeds
/// that choose (``Tuning``), and the best one with the others.
public struct BenchmarkPlan: Sendable {
  /// Which seeds the point of the grid is chosen with.
  public enum Tuning: Sendable, Equatable, LosslessStringConvertible {
    /// So many of the first ones, by their mean; the others train at the chosen point alone.
    case firstSeeds(Int)
    /// All of them, by their mean.
    case everySeed

    /// That of a plan which says nothing of it.
    public static let standard = Tuning.firstSeeds(1)

    /// Reads `first-seed`, `every-seed` or a number of seeds, 1 or more; nil for anything else.
    ///
    /// - Parameter text: The text.
    public init?(_ text: String) {
      switch text {
      case "first-seed": self = .firstSeeds(1)
      case "every-seed": self = .everySeed
      default:
        guard let count = Int(text), count >= 1 else { return nil }
        self = .firstSeeds(count)
      }
    }

    /// As a plan says it.
    public var description: String {
      switch self {
      case .firstSeeds(1): "first-seed"
      case .firstSeeds(let count): "\(count)"
      case .everySeed: "every-seed"
      }
    }

    /// Whether a seed is one that chooses.
    ///
    /// - Parameter place: Its place among the plan's seeds, from 0.
    /// - Returns: Whether the grid's point is chosen by it.
    func includes(_ place: Int) -> Bool {
      switch self {
      case .firstSeeds(let count): place < count
      case .everySeed: true
      }
    }
  }

  /// A data set, a model, a ratio and a method.
  public struct Cell: Sendable {
    /// The runs, a row for each point of the grid, a column for each seed.
    public let runs: [[PlannedRun]]
    /// Whether there is more than one point to choose from.
    public var isTuned: Bool { runs.count > 1 }
    /// The runs that can start immediately.
    public var first: [PlannedRun] {
      isTuned ? runs.joined().filter(\.label.tunes) : runs.flatMap(\.self)
    }
    /// The number of runs in the end.
    public var count: Int { first.count + rest(of: 0).count }
    /// Samples times frames that are trained on: what the cell's time is about proportional to.
    public var cost: Double {
      first.reduce(0) { $0 + $1.cost } + rest(of: 0).reduce(0) { $0 + $1.cost }
    }

    /// The runs that are left once a point of the grid is chosen.
    ///
    /// - Parameter point: The place of the point.
    /// - Returns: Its runs with further seeds.
    public func rest(of point: Int) -> [PlannedRun] {
      isTuned ? runs[point].filter { !$0.label.tunes } : []
    }
  }

  /// The seeds of a plan that gives none.
  public static let standardSeeds: [UInt64] = [0, 1, 2]

  /// The text that the plan was read from.
  public let text: String
  /// In the order of the plan.
  public let cells: [Cell]
  /// What users should know about the ratios: one sentence each.
  public let notes: [String]

  /// The number of runs in the end.
  public var count: Int { cells.reduce(0) { $0 + $1.count } }
}

/// A run of a benchmark.
public struct PlannedRun: Sendable {
  /// The name of its folder.
  public let name: String
  /// What it stands for.
  public let label: BenchmarkLabel
  /// What is trained, and how.
  public let configuration: TrainingConfiguration
  /// Samples times frames that are trained on: what the time is about proportional to.
  let cost: Double
}
