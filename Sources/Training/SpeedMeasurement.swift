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
  /// The most memory that the process has had in use, in bytes.
  public let peakMemoryBytes: Int
  /// The loss of the first step, before any update.
  public let loss: Float
  /// The loss of every step, the first included.
  public let losses: [Float]

  private enum CodingKeys: String, CodingKey {
    case stepSeconds = "step_seconds"
    case allStepSeconds = "step_seconds_all"
    case forwardSeconds = "forward_seconds"
    case backwardSeconds = "backward_seconds"
    case updateSeconds = "update_seconds"
    case firstStepSeconds = "first_step_seconds"
    case inferenceSeconds = "inference_seconds"
    case peakMemoryBytes = "peak_memory_bytes"
    case loss, losses
  }

  struct Step {
    let loss: Float
    let forward: Duration
    let backward: Duration
    let update: Duration
  }

  /// The first of the steps is a warm-up: of it only the loss and the whole time count.
  init(steps: [Step], predictions: [Duration], peakMemory: Int) {
    let timed = steps.dropFirst()
    let totals = steps.map { $0.forward + $0.backward + $0.update }
    stepSeconds = totals.dropFirst().medianSeconds
    allStepSeconds = totals.dropFirst().map(\.seconds)
    forwardSeconds = timed.map(\.forward).medianSeconds
    backwardSeconds = timed.map(\.backward).medianSeconds
    updateSeconds = timed.map(\.update).medianSeconds
    firstStepSeconds = totals[0].seconds
    inferenceSeconds = predictions.medianSeconds
    peakMemoryBytes = peakMemory
    loss = steps[0].loss
    losses = steps.map(\.loss)
  }
}

extension Sequence<Duration> {
  /// The middle value, or the mean of the two in the middle.
  fileprivate var medianSeconds: Double {
    let sorted = sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]).seconds / 2
  }
}
