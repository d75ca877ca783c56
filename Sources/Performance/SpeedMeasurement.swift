import Training

/// What a ``SpeedBenchmark`` measured; all times are in seconds.
public struct SpeedMeasurement: Codable, Sendable, Equatable {
  /// The median time of a training step.
  public let stepSeconds: Double
  /// The time of every step that was timed, in order.
  public let allStepSeconds: [Double]
  /// The median time of a step's forward pass: the rollout and its loss.
  public let forwardSeconds: Double
  /// The median time of a step's backward pass.
  public let backwardSeconds: Double
  /// The median time of a step's update by the optimizer.
  public let updateSeconds: Double
  /// The time of the step before those: it allocates memory and plans transforms.
  public let firstStepSeconds: Double
  /// The median time of a prediction of all frames of the batch, without gradients.
  public let inferenceSeconds: Double
  /// The median time of TempBalance's analysis of the layers that the paper balances.
  public let analysisSeconds: Double
  /// The most memory that the process has had in use, in bytes.
  public let peakMemoryBytes: Int
  /// Floating-point operations of a step by the plain formulas, ``NeuralOperator/operations(onShape:)``: a faster algorithm
  /// does fewer, and its rate may be above the machine's.
  public let operations: Double
  /// ``operations`` over the median time of a step.
  public let operationsPerSecond: Double
  /// Bytes that the step's primitives move if each reads its inputs and writes its result once, over the same time.
  public let bytesPerSecond: Double
  /// What the machine reached in large matrix products and copies in this process.
  public let peak: MachinePeak
  /// The shares of the two rates in ``peak``.
  public let shareOfPeak: Share
  /// The loss of the first step, before any update.
  public let loss: Float
  /// The loss of every step, the first included.
  public let losses: [Float]

  /// Rates as parts of the machine's.
  public struct Share: Codable, Sendable, Equatable {
    /// Of the rate of large matrix products.
    public let operations: Double
    /// Of the rate of large copies.
    public let bytes: Double
  }

  private enum CodingKeys: String, CodingKey {
    case stepSeconds = "step_seconds"
    case allStepSeconds = "step_seconds_all"
    case forwardSeconds = "forward_seconds"
    case backwardSeconds = "backward_seconds"
    case updateSeconds = "update_seconds"
    case firstStepSeconds = "first_step_seconds"
    case inferenceSeconds = "inference_seconds"
    case analysisSeconds = "tempbalance_seconds"
    case peakMemoryBytes = "peak_memory_bytes"
    case operationsPerSecond = "operations_per_second"
    case bytesPerSecond = "bytes_per_second"
    case peak = "machine_peak"
    case shareOfPeak = "share_of_peak"
    case operations, loss, losses
  }

  struct Step {
    let loss: Float
    let forward: Duration
    let backward: Duration
    let update: Duration
  }

  /// The first of the steps is a warm-up: of it only the loss and the whole time count.
  init(
    steps: [Step], predictions: [Duration], analyses: [Duration], peakMemory: Int,
    work: (operations: Double, bytes: Double), peak: MachinePeak
  ) {
    let timed = steps.dropFirst()
    let totals = steps.map { $0.forward + $0.backward + $0.update }
    stepSeconds = totals.dropFirst().medianSeconds
    allStepSeconds = totals.dropFirst().map(\.seconds)
    forwardSeconds = timed.map(\.forward).medianSeconds
    backwardSeconds = timed.map(\.backward).medianSeconds
    updateSeconds = timed.map(\.update).medianSeconds
    firstStepSeconds = totals[0].seconds
    inferenceSeconds = predictions.medianSeconds
    analysisSeconds = analyses.medianSeconds
    peakMemoryBytes = peakMemory
    operations = work.operations
    operationsPerSecond = work.operations / stepSeconds
    bytesPerSecond = work.bytes / stepSeconds
    self.peak = peak
    shareOfPeak = Share(
      operations: operationsPerSecond / peak.operationsPerSecond, bytes: bytesPerSecond / peak.bytesPerSecond)
    loss = steps[0].loss
    losses = steps.map(\.loss)
  }
}
