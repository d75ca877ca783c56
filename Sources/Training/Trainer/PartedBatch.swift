/// A batch in parts that are computed by themselves: what is added up, in which order, does not depend on who computes which
/// part.
///
/// The losses of the parts add up to the loss of the batch, and so do their gradients, in the order of a fixed tree over the
/// parts (`OrderedSum` of MessagePassing). Each rank has a row of the parts, at least one rank has some, and the parts are the
/// same however many ranks there are.
public struct PartedBatch<Batch> {
  /// The number of parts on all ranks.
  public let count: Int
  /// The parts of this rank, in order.
  public let parts: [Batch]
  /// The place of the first of them.
  public let first: Int
  /// Whether every rank has the whole batch.
  let isEverywhere: Bool

  /// The whole batch, on every rank.
  public init(whole batch: Batch) {
    (count, parts, first, isEverywhere) = (1, [batch], 0, true)
  }

  /// The parts of this rank's share.
  ///
  /// - Parameters:
  ///   - parts: The parts, as many as `RankGroup.share(of:among:)` gives this rank.
  ///   - first: The place of the first of them.
  ///   - count: The number of parts on all ranks.
  public init(_ parts: [Batch], from first: Int, of count: Int) {
    (self.count, self.parts, self.first, isEverywhere) = (count, parts, first, false)
  }
}
