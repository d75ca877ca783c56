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
  /// What each predicted frame's error is measured by in training.
  public let frameLoss: any Loss

  /// Rollouts of a model on a grid.
  public init(
    model: any NeuralOperator, grid: Tensor, loss: any Loss = MeanSquaredError(),
    checkpointsActivations: Bool = false
  ) {
    self.model = model
    self.grid = grid
    frameLoss = loss
    self.checkpointsActivations = checkpointsActivations
  }

  /// The training loss of a batch: the loss of each predicted frame, summed over the unrolled steps.
  ///
  /// With `unroll` U below the number of predicted frames, the steps before the last U are run without gradients and do
  /// not count: the pushforward trick (Brandstetter et al., arXiv:2202.03376, section 3.1). They are run in the mode of
  /// the parameters all the same, and so change the running statistics of a model in training.
  ///
  /// - Parameters:
  ///   - frames: `[samples, time, variables, x(, y(, z))]`, more frames than the model's initial steps.
  ///   - initial: What to start from instead of the first frames, for noise on the input; the same shape but for time.
  ///   - unroll: How many of the last steps are differentiated; nil for all.
  ///   - inputs: What the model sees beside the frames, `[samples, inputs, x(, y(, z))]`.
  ///   - units: What the frames' units are in the data set's; the same if nil.
  ///   - parameters: The model's parameters on a tape.
  /// - Returns: A scalar.
  public func loss(
    on frames: Tensor, initial: Tensor? = nil, unroll: Int? = nil, inputs: Tensor? = nil,
    units: FrameUnits? = nil, _ parameters: TracedParameters
  ) -> Variable {
    let units = units ?? FrameUnits(unscaled: frames.shape[2])
    return loss(
      frames: frames.shape[1], unroll: unroll, inputs: inputs, parameters, given: (initial ?? frames).frame,
      target: frames.frame, units: { _ in units })
  }

  /// The training loss of a batch whose frames are made as they are needed.
  ///
  /// - Parameters:
  ///   - last: The number of frames, more than the model's initial steps.
  ///   - unroll: How many of the last steps are differentiated; nil for all.
  ///   - inputs: What the model sees beside the frames, `[samples, inputs, x(, y(, z))]`.
  ///   - parameters: The model's parameters on a tape.
  ///   - given: Gives a frame to start from, `[samples, variables, x(, y(, z))]`.
  ///   - target: Gives a frame that should be predicted.
  ///   - units: Gives what that frame's units are in the data set's.
  /// - Returns: A scalar.
  func loss(
    frames last: Int, unroll: Int?, inputs: Tensor? = nil, _ parameters: TracedParameters,
    given: (_ time: Int) -> Tensor, target: (_ time: Int) -> Tensor, units: (_ time: Int) -> FrameUnits
  ) -> Variable {
    let first = model.initialSteps
    precondition(last > first, "a rollout from \(first) frames needs more than \(last) frames")
    let differentiatedFrom = last - min(unroll ?? last, last - first)
    let constants = parameters.detached
    var window = (0..<first).map { Variable(given($0)) }
    var total = Variable(Tensor(0))
    for time in first..<last {
      let isDifferentiated = time >= differentiatedFrom
      let next =
        isDifferentiated && checkpointsActivations
        ? checkpointedFrame(after: window, inputs: inputs, parameters)
        : model.nextFrame(
          after: window, inputs: inputs, grid: grid, isDifferentiated ? parameters : constants)
      if isDifferentiated {
        total = total + frameLoss(next, target: target(time), units: units(time))
      }
      window = window.dropFirst() + [next]
    }
    return total
  }

  /// The given initial frames followed by predictions.
  ///
  /// - Parameters:
  ///   - frames: `[samples, time, variables, x(, y(, z))]`, at least the model's initial steps.
  ///   - count: The number of frames of the result.
  ///   - inputs: What the model sees beside the frames, `[samples, inputs, x(, y(, z))]`.
  ///   - parameters: The model's parameters.
  /// - Returns: `[samples, count, variables, x(, y(, z))]`.
  public func prediction(
    after frames: Tensor, count: Int, inputs: Tensor? = nil, _ parameters: Parameters
  ) -> Tensor {
    let given = min(model.initialSteps, count)
    var all = (0..<given).map { frames.frame($0) }
    predict(count, inputs: inputs, parameters, given: frames.frame) { all.append($1) }
    return Tensor.concatenated(all.map { $0.reshaped([$0.shape[0], 1] + $0.shape[1...]) }, axis: 1)
  }

  /// Predicts frame after frame.
  ///
  /// - Parameters:
  ///   - count: The number of frames, the given ones included.
  ///   - inputs: What the model sees beside the frames, `[samples, inputs, x(, y(, z))]`.
  ///   - parameters: The model's parameters.
  ///   - given: Gives a frame to start from, `[samples, variables, x(, y(, z))]`.
  ///   - body: Takes each predicted frame with its place.
  func predict(
    _ count: Int, inputs: Tensor? = nil, _ parameters: Parameters, given: (_ time: Int) -> Tensor,
    _ body: (_ time: Int, _ frame: Tensor) -> Void
  ) {
    guard count > model.initialSteps else { return }
    let constants = TracedParameters(constants: parameters)
    var window = (0..<model.initialSteps).map { Variable(given($0)) }
    for time in model.initialSteps..<count {
      let next = model.nextFrame(after: window, inputs: inputs, grid: grid, constants)
      body(time, next.value)
      window = window.dropFirst() + [next]
    }
  }
}

extension Tensor {
  /// One frame `[samples, variables, …]` of `[samples, time, variables, …]`.
  package func frame(_ time: Int) -> Tensor {
    sliced(axis: 1, time..<(time + 1)).reshaped([shape[0]] + shape[2...])
  }

  /// Copies frames from another tensor of `[samples, time, variables, …]` to the first places of this one.
  mutating func copyFrames(_ range: Range<Int>, from other: Tensor) {
    precondition(
      shape[0] == other.shape[0] && shape[2...] == other.shape[2...] && range.upperBound <= other.shape[1]
        && range.count <= shape[1], "frames \(range) of \(other.shape) for \(shape)")
    let frame = shape[2...].reduce(1, *)
    let (frames, otherFrames) = (shape[1], other.shape[1])
    let (source, target) = (other.storage, mutableStorage())
    for sample in 0..<shape[0] {
      (target.base + sample * frames * frame).update(
        from: source.base + (sample * otherFrames + range.lowerBound) * frame, count: range.count * frame)
    }
  }
}
