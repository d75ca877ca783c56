import Autodiff
import NeuralOperators
import Optimizers
import PDEData
import TensorCore

/// The loss of a batch and the gradients that an update goes against: of the rollout from frames with noise, at the
/// weights or at their neighbor of sharpness-aware minimisation, and clipped, as the configuration says.
struct BatchGradients {
  /// What a batch gives.
  struct Result {
    /// The loss at the weights.
    var loss: Double
    var gradients: Parameters
    /// What the layers have changed themselves, running statistics.
    var buffers: Parameters
  }

  /// Something that a batch gives is no longer finite.
  struct NotFinite: Error {
    let quantity: String
  }

  let rollout: Rollout
  let normalization: Normalization
  let configuration: TrainingConfiguration

  private var model: any NeuralOperator { rollout.model }

  /// The loss and the gradients of a batch.
  func callAsFunction(_ batch: Batch, epoch: Int, at parameters: Parameters) throws(NotFinite) -> Result {
    let frames = normalization.normalized(batch.frames)
    let initial = noisy(frames, batch.samples, epoch: epoch)
    var result = try gradients(at: parameters, on: frames, initial: initial)
    if let radius = configuration.optimizer.samRho {
      // The neighbor is no place that the model is ever at: its batch statistics are not kept.
      let neighbor = parameters.ascended(along: result.gradients, radius: radius)
      result.gradients = try gradients(at: neighbor, on: frames, initial: initial).gradients
    }
    if let bound = configuration.optimizer.clipGradients { result.gradients.clipNorm(to: bound) }
    return result
  }

  private func gradients(
    at parameters: Parameters, on frames: Tensor, initial: Tensor?
  ) throws(NotFinite) -> Result {
    let tape = Tape()
    let traced = TracedParameters(parameters, watchedBy: tape, buffers: model.buffers)
    let loss = rollout.loss(on: frames, initial: initial, unroll: configuration.loss.unroll, traced)
    guard loss.value.isFinite else { throw NotFinite(quantity: "loss") }
    let gradients = tape.gradients(of: loss)[traced]
    // An infinite gradient would ruin the weights, and with them the next checkpoint.
    guard gradients.allSatisfy(\.tensor.isFinite) else { throw NotFinite(quantity: "gradient") }
    let buffers = traced.buffers?.values ?? Parameters()
    guard buffers.allSatisfy(\.tensor.isFinite) else { throw NotFinite(quantity: "running statistics") }
    return Result(loss: Double(loss.value.scalar), gradients: gradients, buffers: buffers)
  }

  /// The initial frames with noise, different for every sample and epoch; nil without noise.
  private func noisy(_ frames: Tensor, _ samples: [Int], epoch: Int) -> Tensor? {
    guard configuration.loss.noise > 0 else { return nil }
    let given = frames.sliced(axis: 1, 0..<model.initialSteps)
    let count = given.count / samples.count
    var noise = Tensor(uninitialized: given.shape)
    noise.withUnsafeMutableElements { noise in
      for (place, sample) in samples.enumerated() {
        var generator = CounterGenerator(
          seed: configuration.run.seed, purpose: .noise, epoch: epoch, index: sample)
        for index in (place * count)..<((place + 1) * count) { noise[index] = generator.normal() }
      }
    }
    var result = given
    result.add(noise, scaledBy: Float(configuration.loss.noise))
    return result
  }
}
