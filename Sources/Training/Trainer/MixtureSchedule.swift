import TensorCore

/// Which of several data sets each step of an epoch takes its batch from.
///
/// Of the steps of an epoch each set gets its share by weight, to the step; their order is random, fixed by the seed and the
/// epoch. A set's batches go through its samples again and again, in a new order each time, and go on where they were in the next epoch:
/// so every sample of a set is seen as often as any other.
package struct MixtureSchedule: Sendable, Equatable {
  /// The number of batches of each set in an epoch.
  package let counts: [Int]
  private let seed: UInt64

  /// A schedule.
  ///
  /// - Parameters:
  ///   - steps: The number of steps of an epoch, at least one for each set.
  ///   - weights: What the shares of the sets are in proportion to.
  ///   - seed: The seed of the order.
  package init(steps: Int, weights: [Double], seed: UInt64) {
    precondition(
      !weights.isEmpty && weights.allSatisfy { $0 > 0 && $0.isFinite } && steps >= weights.count,
      "no schedule of \(steps) steps has the weights \(weights)")
    let total = weights.reduce(0, +)
    // One step for each, and of the others the whole parts of the shares; what is left goes to the largest remainders.
    let shares = weights.map { $0 / total * Double(steps) }
    var counts = shares.map { max(Int($0), 1) }
    while counts.reduce(0, +) < steps {
      let place =
        counts.indices.max { shares[$0] - Double(counts[$0]) < shares[$1] - Double(counts[$1]) } ?? 0
      counts[place] += 1
    }
    while counts.reduce(0, +) > steps {
      let place =
        counts.indices.filter { counts[$0] > 1 }.min {
          shares[$0] - Double(counts[$0]) < shares[$1] - Double(counts[$1])
        } ?? 0
      counts[place] -= 1
    }
    self.counts = counts
    self.seed = seed
  }

  /// The set of each step of an epoch.
  package func sets(epoch: Int) -> [Int] {
    var sets = counts.indices.flatMap { Array(repeating: $0, count: counts[$0]) }
    var generator = CounterGenerator(seed: seed, purpose: "mixture", epoch: epoch)
    sets.shuffle(using: &generator)
    return sets
  }

  /// The batches of a set in an epoch, each with the pass through the set's samples that it belongs to.
  ///
  /// - Parameters:
  ///   - set: The set's place.
  ///   - epoch: The epoch.
  ///   - samples: The set's training samples.
  ///   - batchSize: Samples a batch.
  ///   - shuffles: Whether each pass has its own order.
  /// - Returns: The batches in order.
  package func batches(
    of set: Int, epoch: Int, samples: [Int], batchSize: Int, shuffles: Bool
  ) -> [(pass: Int, samples: [Int])] {
    let perPass = (samples.count + batchSize - 1) / batchSize
    let first = epoch * counts[set]
    var orders: [Int: [[Int]]] = [:]
    return (first..<first + counts[set]).map { number in
      let (pass, place) = number.quotientAndRemainder(dividingBy: perPass)
      if orders[pass] == nil {
        var order = samples
        if shuffles {
          var generator = CounterGenerator(seed: seed, purpose: "mixture-order", epoch: pass, index: set)
          order.shuffle(using: &generator)
        }
        orders[pass] = order.batches(of: batchSize)
      }
      return (pass, orders[pass]?[place] ?? [])
    }
  }
}
