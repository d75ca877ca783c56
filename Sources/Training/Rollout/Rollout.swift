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
      frames: model.initialSteps..<frames.shape[1], unroll: unroll, inputs: inputs, parameters,
      given: (initial ?? frames).frame, target: frames.frame, units: { _ in units })
  }

  /// The training loss of a batch whose frames are made as they are needed.
  ///
  /// - Parameters:
  ///   - frames: The places of the frames to predict, after at least as many as the model sees.
  ///   - unroll: How many of the last steps are differentiated; nil for all.
  ///   - inputs: What the model sees beside the frames, `[samples, inputs, x(, y(, z))]`.
  ///   - parameters: The model's parameters on a tape.
  ///   - given: Gives a frame to start from, `[samples, variables, x(, y(, z))]`.
  ///   - target: Gives a frame that should be predicted.
  ///   - units: Gives what that frame's units are in the data set's.
  ///   - shares: What the loss of each frame is multiplied by; nil for nothing.
  ///   - step: Makes the frame of the model's output and the frame before; the output itself unless given.
  /// - Returns: A scalar.
  func loss(
    frames: Range<Int>, unroll: Int?, inputs: Tensor? = nil, _ parameters: TracedParameters,
    given: (_ time: Int) -> Tensor, target: (_ time: Int) -> Tensor, units: (_ time: Int) -> FrameUnits,
    shares: [Float]? = nil,
    step: Step = { output, _, _ in output }
  ) -> Variable {
    let history = model.initialSteps
    precondition(
      !frames.isEmpty && frames.lowerBound >= history,
      "a rollout from \(history) frames cannot predict the frames \(frames)")
    let differentiatedFrom = frames.upperBound - min(unroll ?? frames.count, frames.count)
    let constants = parameters.detached
    var window = (frames.lowerBound - history..<frames.lowerBound).map { Variable(given($0)) }
    var total = Variable(Tensor(0))
    for time in frames {
      let isDifferentiated = time >= differentiatedFrom
      let output =
        isDifferentiated && checkpointsActivations
        ? checkpointedFrame(after: window, inputs: inputs, parameters)
        : model.nextFrame(
          after: window, inputs: inputs, grid: grid, isDifferentiated ? parameters : constants)
      let next = step(output, window[history - 1], time)
      if isDifferentiated {
        let loss = frameLoss(next, target: target(time), units: units(time))
        total = total + (shares.map { $0[time] * loss } ?? loss)
      }
      window = window.dropFirst() + [next]
    }
    return total
  }

  /// Makes the next frame of a model's output.
  package typealias Step = (_ output: Variable, _ last: Variable, _ time: Int) -> Variable

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
    predict(given..<max(given, count), inputs: inputs, parameters, given: frames.frame) { all.append($1) }
    return Tensor.concatenated(all.map(\.addingTimeAxis), axis: 1)
  }

  /// Predicts frame after frame.
  ///
  /// - Parameters:
  ///   - frames: The places of the frames to predict, after at least as many as the model sees.
  ///   - inputs: What the model sees beside the frames, `[samples, inputs, x(, y(, z))]`.
  ///   - parameters: The model's parameters.
  ///   - given: Gives a frame to start from, `[samples, variables, x(, y(, z))]`.
  ///   - step: Makes the frame of the model's output and the frame before; the output itself unless given.
  ///   - body: Takes each predicted frame with its place.
  package func predict(
    _ frames: Range<Int>, inputs: Tensor? = nil, _ parameters: Parameters, given: (_ time: Int) -> Tensor,
    step: Step = { output, _, _ in output }, _ body: (_ time: Int, _ frame: Tensor) -> Void
  ) {
    guard !frames.isEmpty else { return }
    let constants = TracedParameters(constants: parameters)
    let history = model.initialSteps
    var window = (frames.lowerBound - history..<frames.lowerBound).map { Variable(given($0)) }
    for time in frames {
      let output = model.nextFrame(after: window, inputs: inputs, grid: grid, constants)
      let next = step(output, window[history - 1], time)
      body(time, next.value)
      window = window.dropFirst() + [next]
    }
  }
}
