public import Autodiff
public import NeuralOperators
public import TensorCore

/// Runs a model on its own predictions: frame t from the T₀ frames before it, given ones first, predicted ones after.
public struct Rollout: Sendable {
  /// What predicts a frame.
  public let model: any NeuralOperator
  /// The coordinates of the points, `[axes, x(, y(, z))]`.
  public let grid: Tensor
  /// Whether the backward pass computes each step's activations again instead of keeping those of all steps: less memory,
  /// one more forward pass, the same bits.
  public let checkpointsActivations: Bool

  /// Rollouts of a model on a grid.
  public init(model: any NeuralOperator, grid: Tensor, checkpointsActivations: Bool = false) {
    self.model = model
    self.grid = grid
    self.checkpointsActivations = checkpointsActivations
  }

  /// The training loss of a batch: the mean squared error of each predicted frame, summed over the unrolled steps.
  ///
  /// With `unroll` U below the number of predicted frames, the steps before the last U are run without gradients and do
  /// not count: the pushforward trick (Brandstetter et al., arXiv:2202.03376, section 3.1). They are run in the mode of
  /// the parameters all the same, and so change the running statistics of a model in training.
  ///
  /// - Parameters:
  ///   - frames: `[samples, time, variables, x(, y(, z))]`, more frames than the model's initial steps.
  ///   - initial: What to start from instead of the first frames, for noise on the input; the same shape but for time.
  ///   - unroll: How many of the last steps are differentiated; nil for all.
  ///   - parameters: The model's parameters on a tape.
  /// - Returns: A scalar.
  public func loss(
    on frames: Tensor, initial: Tensor? = nil, unroll: Int? = nil, _ parameters: TracedParameters
  ) -> Variable {
    let last = frames.shape[1]
    let first = model.initialSteps
    precondition(last > first, "a rollout from \(first) frames needs more than \(last) frames")
    let differentiatedFrom = last - min(unroll ?? last, last - first)
    let constants = parameters.detached
    var window = (0..<first).map { Variable((initial ?? frames).frame($0)) }
    var total = Variable(Tensor(0))
    for time in first..<last {
      let isDifferentiated = time >= differentiatedFrom
      let next =
        isDifferentiated && checkpointsActivations
        ? checkpointedFrame(after: window, parameters)
        : model.nextFrame(after: window, grid: grid, isDifferentiated ? parameters : constants)
      if isDifferentiated { total = total + next.meanSquaredError(to: frames.frame(time)) }
      window = window.dropFirst() + [next]
    }
    return total
  }

  /// The given initial frames followed by predictions.
  ///
  /// - Parameters:
  ///   - frames: `[samples, time, variables, x(, y(, z))]`, at least the model's initial steps.
  ///   - count: The number of frames of the result.
  ///   - parameters: The model's parameters.
  /// - Returns: `[samples, count, variables, x(, y(, z))]`.
  public func prediction(after frames: Tensor, count: Int, _ parameters: Parameters) -> Tensor {
    let constants = TracedParameters(constants: parameters)
    var all = (0..<min(model.initialSteps, count)).map { frames.frame($0) }
    while all.count < count {
      let window = all.suffix(model.initialSteps).map { Variable($0) }
      all.append(model.nextFrame(after: window, grid: grid, constants).value)
    }
    return Tensor.concatenated(all.map { $0.reshaped([$0.shape[0], 1] + $0.shape[1...]) }, axis: 1)
  }
}

extension Tensor {
  /// One frame `[samples, variables, …]` of `[samples, time, variables, …]`.
  package func frame(_ time: Int) -> Tensor {
    sliced(axis: 1, time..<(time + 1)).reshaped([shape[0]] + shape[2...])
  }
}
