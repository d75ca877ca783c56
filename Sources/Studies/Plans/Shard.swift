/// A part of a benchmark, for one machine of several.
public struct Shard: Sendable, Equatable {
  /// Which one, from 1.
  public let number: Int
  /// Of how many.
  public let count: Int

  /// All of it.
  public static let whole = Shard(number: 1, count: 1)

  private init(number: Int, count: Int) {
    self.number = number
    self.count = count
  }

  /// Reads `i/n`, as in `2/8`; nil unless 1 ≤ i ≤ n.
  ///
  /// - Parameter text: The text.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let number = parts[0], let count = parts[1], number >= 1, number <= count,
      count <= 100_000
    else { return nil }
    self.init(number: number, count: count)
  }
}

extension BenchmarkPlan {
  /// The cells that a machine of several has to do: together they do all of them, each once.
  ///
  /// The most expensive cell goes first, each to the shard that has the least to do by then. A cell is never divided,
  /// since the choice of its point needs all of its first runs.
  ///
  /// - Parameter shard: Which machine, of how many.
  /// - Returns: Its cells, in the order of the plan.
  public func cells(of shard: Shard) -> [Cell] {
    var costs = Array(repeating: 0.0, count: shard.count)
    var places: [Int] = []
    let order = cells.indices.sorted {
      (cells[$1].cost, $0) < (cells[$0].cost, $1)
    }
    for place in order {
      let least = costs.indices.min { (costs[$0], $0) < (costs[$1], $1) } ?? 0
      costs[least] += cells[place].cost
      if least == shard.number - 1 { places.append(place) }
    }
    return places.sorted().map { cells[$0] }
  }
}
