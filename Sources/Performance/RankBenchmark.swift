import Autodiff
import MessagePassing
import NeuralOperators
import Optimizers
import TensorCore
import Training

/// Times training steps of a batch in parts that ranks share, and counts what they send.
///
/// Data, weights, loss and optimizer are those of a ``SpeedBenchmark``.
package struct RankBenchmark {
  /// What is trained.
  package let benchmark: SpeedBenchmark
  /// The number of parts of a batch.
  package let parts: Int

  /// What was measured; all times are in seconds, all medians over steps on rank 0.
  package struct Measurement: Encodable, Sendable {
    /// The number of ranks.
    package let ranks: Int
    /// The threads of a rank.
    package let threads: Int
    /// The number of parts of a batch.
    package let parts: Int
    /// A step.
    package let stepSeconds: Double
    /// The part of it in which ranks send, receive and wait for each other.
    package let exchangeSeconds: Double
    /// The optimizer's update.
    package let updateSeconds: Double
    /// Messages that rank 0 sends in a step.
    package let messages: Int
    /// Bytes that rank 0 sends in a step.
    package let bytes: Int
    /// Bytes of the gradients.
    package let gradientBytes: Int
    /// The time of a message without content from rank 0 to rank 1; nil for one rank.
    package let latency: Double?
    /// Bytes a second from rank 0 to rank 1 in messages of 4 MB; nil for one rank.
    package let bandwidth: Double?
    /// The loss of each step.
    package let losses: [Double]

    private enum CodingKeys: String, CodingKey {
      case ranks, threads, parts, messages, bytes, latency, bandwidth, losses
      case stepSeconds = "step_seconds"
      case exchangeSeconds = "exchange_seconds"
      case updateSeconds = "update_seconds"
      case gradientBytes = "gradient_bytes"
    }
  }

  /// A benchmark of a batch in parts.
  ///
  /// - Precondition: There are as many samples as parts.
  package init(_ benchmark: SpeedBenchmark, parts: Int) {
    precondition(
      (1...benchmark.batchSize).contains(parts), "\(parts) parts of a batch of \(benchmark.batchSize) samples"
    )
    self.benchmark = benchmark
    self.parts = parts
  }

  /// Takes one training step to warm up, then times some more.
  ///
  /// - Parameter repeats: The number of timed steps, at least one.
  /// - Returns: What was measured.
  /// - Throws: If a step leads to numbers that are not finite.
  package func run(repeats: Int) throws -> Measurement {
    let group = RankGroup.current
    let inputs = benchmark.inputs
    let model = benchmark.model
    let rollout = Rollout(
      model: model, grid: inputs.grid, checkpointsActivations: benchmark.checkpointsActivations)
    let samples = benchmark.batchSize
    let own = group.share(among: parts)
    let batch = PartedBatch(
      own.map { inputs.frames.sliced(axis: 0, ($0 * samples / parts)..<(($0 + 1) * samples / parts)) },
      from: own.lowerBound, of: parts)
    let rule = GradientRule(buffers: model.buffers)
    var parameters = inputs.parameters
    var optimizer = benchmark.newOptimizer
    let clock = ContinuousClock()
    let traffic = group.traffic
    var (steps, exchanges, updates, losses) = ([Double](), [Double](), [Double](), [Double]())
    var (messages, bytes, gradientBytes) = (0, 0, 0)
    for step in 0...repeats {
      _ = group.any(false)
      let before = (traffic.messages, traffic.bytes, traffic.seconds)
      let start = clock.now
      let result = try rule(at: parameters, batch) { frames, traced in
        let inputs =
          model.staticInputs == 0
          ? nil : Tensor.zeros([frames.shape[0], model.staticInputs] + benchmark.shape)
        let loss = rollout.loss(on: frames, unroll: benchmark.unroll, inputs: inputs, traced)
        return Float(frames.shape[0]) / Float(samples) * loss
      }
      let computed = clock.now
      parameters.replace(with: result.buffers)
      optimizer.update(&parameters, gradients: result.gradients) { _ in 1e-3 }
      let end = clock.now
      losses.append(result.loss)
      guard step > 0 else { continue }
      steps.append((end - start).seconds)
      updates.append((end - computed).seconds)
      exchanges.append(traffic.seconds - before.2)
      (messages, bytes) = (traffic.messages - before.0, traffic.bytes - before.1)
      gradientBytes = result.gradients.elementCount * MemoryLayout<Float>.stride
    }
    let link = group.isShared ? Self.link(in: group) : nil
    return Measurement(
      ranks: group.size, threads: WorkerPool.threads, parts: parts, stepSeconds: steps.upperMedian,
      exchangeSeconds: exchanges.upperMedian, updateSeconds: updates.upperMedian, messages: messages,
      bytes: bytes, gradientBytes: gradientBytes, latency: link?.latency, bandwidth: link?.bandwidth,
      losses: losses)
  }

  /// Latency and bandwidth between the first two ranks, from messages there and back.
  private static func link(in group: RankGroup) -> (latency: Double, bandwidth: Double) {
    func seconds(bytes: Int, repeats: Int) -> Double {
      let message = Tensor.zeros([max(bytes / MemoryLayout<Float>.stride, 1)])
      let times = (0..<repeats).map { _ in
        ContinuousClock().measure {
          switch group.rank {
          case 0:
            group.send(message, to: 1)
            _ = group.receive(message.shape, from: 1)
          case 1: group.send(group.receive(message.shape, from: 0), to: 0)
          default: break
          }
        }.seconds / 2
      }
      return times.upperMedian
    }
    let size = 4 << 20
    let latency = seconds(bytes: 4, repeats: 1000)
    let whole = seconds(bytes: size, repeats: 25)
    return (latency, Double(size) / max(whole - latency, 1e-9))
  }
}
