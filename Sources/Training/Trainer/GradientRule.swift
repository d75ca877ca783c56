package import Autodiff
import MessagePassing
import Optimizers
import TensorCore

/// The loss of a batch and the gradients that an update goes against: at the weights or at their neighbor of
/// sharpness-aware minimization, and clipped.
///
/// A batch in parts is computed part by part, and the parts of all ranks are added in a fixed order; every rank comes to the
/// same result.
package struct GradientRule {
  /// What a batch gives.
  package struct Result {
    /// The loss at the weights.
    package var loss: Double
    /// The gradients.
    package var gradients: Parameters
    /// What the layers have changed themselves, running statistics.
    package var buffers: Parameters
    /// Whether any rank is to stop.
    var isStopWanted = false
  }

  /// The names of the parameters that layers change themselves.
  let buffers: Set<String>
  /// How far away the neighbor is; nil for the gradient at the weights.
  let sharpnessRadius: Double?
  /// The largest norm of the gradients; nil for no limit.
  let bound: Double?

  /// The rule.
  package init(buffers: Set<String>, sharpnessRadius: Double? = nil, bound: Double? = nil) {
    self.buffers = buffers
    self.sharpnessRadius = sharpnessRadius
    self.bound = bound
  }

  /// The loss and the gradients.
  ///
  /// - Parameters:
  ///   - parameters: The weights.
  ///   - batch: The batch.
  ///   - wantsStop: Whether this rank is to stop; asked where there are others.
  ///   - loss: The loss of a part.
  /// - Returns: The loss, the gradients and the buffers.
  /// - Throws: `NotFinite`, or what `loss` throws.
  package func callAsFunction<Batch>(
    at parameters: Parameters, _ batch: PartedBatch<Batch>, wantsStop: () -> Bool = { false },
    _ loss: @escaping (Batch, TracedParameters) throws -> Variable
  ) throws -> Result {
    let stops = RankGroup.current.isShared && wantsStop()
    var result = try gradients(at: parameters, batch, stops: stops, loss)
    if let radius = sharpnessRadius {
      // The model never stays at the neighbor, so its batch statistics are not kept.
      let neighbor = parameters.ascended(along: result.gradients, radius: radius)
      result.gradients = try gradients(at: neighbor, batch, stops: stops, loss).gradients
    }
    if let bound { result.gradients.clipNorm(to: bound) }
    return result
  }

  private func gradients<Batch>(
    at parameters: Parameters, _ batch: PartedBatch<Batch>, stops: Bool,
    _ loss: @escaping (Batch, TracedParameters) throws -> Variable
  ) throws -> Result {
    let group = RankGroup.current
    var result: Result
    if batch.count == 1, batch.isEverywhere || !group.isShared {
      result = try part(batch.parts[0], at: parameters, nil, loss)
      result.isStopWanted = group.any(stops)
    } else {
      result = try sum(batch, at: parameters, stops: stops, in: group, loss)
    }
    guard result.loss.isFinite else { throw NotFinite("loss") }
    // An infinite gradient would ruin the weights, and with them the next checkpoint.
    guard result.gradients.allSatisfy(\.tensor.isFinite) else { throw NotFinite("gradient") }
    guard result.buffers.allSatisfy(\.tensor.isFinite) else { throw NotFinite("running statistics") }
    return result
  }

  private func part<Batch>(
    _ part: Batch, at parameters: Parameters, _ others: (any BatchParts)?,
    _ loss: (Batch, TracedParameters) throws -> Variable
  ) throws -> Result {
    let tape = Tape()
    let traced = TracedParameters(parameters, watchedBy: tape, buffers: buffers, otherParts: others)
    let loss = try loss(part, traced)
    // Other parts may wait for this one's backward pass, and all ranks are to come to the same error.
    guard others != nil || RankGroup.current.isShared || loss.value.isFinite else { throw NotFinite("loss") }
    let gradients = tape.gradients(of: loss)[traced]
    return Result(
      loss: Double(loss.value.scalar), gradients: gradients, buffers: traced.buffers?.values ?? Parameters())
  }

  /// The loss and the gradients of some parts.
  private struct PartSum: Sendable {
    var loss: Double
    var gradients: Parameters

    static func + (left: consuming PartSum, right: PartSum) -> PartSum {
      left.loss += right.loss
      for (name, gradient) in right.gradients { left.gradients[name].add(gradient) }
      return left
    }
  }

  private func sum<Batch>(
    _ batch: PartedBatch<Batch>, at parameters: Parameters, stops: Bool, in group: RankGroup,
    _ loss: @escaping (Batch, TracedParameters) throws -> Variable
  ) throws -> Result {
    let sum = OrderedSum<PartSum>(of: batch.count) { $0 + $1 }
    func compute(_ place: Int, _ others: (any BatchParts)?) throws -> Parameters {
      let result = try part(batch.parts[place], at: parameters, others, loss)
      sum.insert(PartSum(loss: result.loss, gradients: result.gradients), at: batch.first + place)
      return result.buffers
    }
    let threads = WorkerPool.threads
    // With few parts the loops of each share the threads, otherwise the parts do.
    let sharesParts = 2 * batch.parts.count > threads
    var changed: [Parameters]
    if !buffers.isEmpty, batch.count > 1 {
      changed = try PartRendezvous(count: batch.count, in: group, slots: sharesParts ? threads : 1)
        .run(threads: sharesParts ? 1 : threads, compute)
    } else if sharesParts {
      changed = try parallelMap(batch.parts.count) { try compute($0, nil) }
    } else {
      changed = try batch.parts.indices.map { try compute($0, nil) }
    }
    guard group.isShared else {
      let total = sum.takeTotal()
      return Result(loss: total.loss, gradients: total.gradients, buffers: changed[0])
    }

    let nodes = sum.take().map(\.value)
    let layout = FlatParameters(parameters, except: buffers)
    let (total, notes) = group.sum(
      nodes.map { layout.flat($0.gradients) }, of: batch.count, length: layout.count,
      notes: nodes.map { [$0.loss] } + [[stops ? 1 : 0]])
    let losses = OrderedSum<Double>(of: batch.count) { $0 + $1 }
    for (rank, notes) in notes.enumerated() {
      let nodes = OrderedSum<Double>.nodes(within: group.share(of: rank, among: batch.count), of: batch.count)
      for (node, loss) in zip(nodes, notes) { losses.insert(loss, node) }
    }
    if !buffers.isEmpty, batch.count < group.size {
      changed = [share(changed.first, like: parameters, parts: batch.count, in: group)]
    }
    return Result(
      loss: losses.takeTotal(), gradients: layout.parameters(total), buffers: changed.first ?? Parameters(),
      isStopWanted: notes.contains { $0.last == 1 })
  }

  /// The buffers after the pass, also for ranks that had no part of the batch.
  private func share(
    _ own: Parameters?, like parameters: Parameters, parts: Int, in group: RankGroup
  ) -> Parameters {
    let layout = FlatParameters(parameters, keeping: buffers)
    let idle = (0..<group.size).filter { group.share(of: $0, among: parts).isEmpty }
    let source = group.owner(of: 0, among: parts)
    if group.rank == source, let own {
      let flat = layout.flat(own)
      for rank in idle { group.send(flat, to: rank) }
      return own
    }
    guard own == nil else { return own ?? Parameters() }
    return layout.parameters(group.receive([layout.count], from: source))
  }
}
