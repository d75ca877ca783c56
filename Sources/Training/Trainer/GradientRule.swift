import Autodiff
import Optimizers
import TensorCore

/// The loss of a batch and the gradients that an update goes against: at the weights or at their neighbor of
/// sharpness-aware minimization, and clipped.
struct GradientRule {
  /// What a batch gives.
  struct Result {
    /// The loss at the weights.
    var loss: Double
    var gradients: Parameters
    /// What the layers have changed themselves, running statistics.
    var buffers: Parameters
  }

  /// The names of the parameters that layers change themselves.
  let buffers: Set<String>
  /// How far away the neighbor is; nil for the gradient at the weights.
  let sharpnessRadius: Double?
  /// The largest norm of the gradients; nil for no limit.
  let bound: Double?

  /// The loss and the gradients.
  func callAsFunction(
    at parameters: Parameters, _ loss: (TracedParameters) throws -> Variable
  ) throws -> Result {
    var result = try gradients(at: parameters, loss)
    if let radius = sharpnessRadius {
      // The model never stays at the neighbor, so its batch statistics are not kept.
      let neighbor = parameters.ascended(along: result.gradients, radius: radius)
      result.gradients = try gradients(at: neighbor, loss).gradients
    }
    if let bound { result.gradients.clipNorm(to: bound) }
    return result
  }

  private func gradients(
    at parameters: Parameters, _ loss: (TracedParameters) throws -> Variable
  ) throws -> Result {
    let tape = Tape()
    let traced = TracedParameters(parameters, watchedBy: tape, buffers: buffers)
    let loss = try loss(traced)
    guard loss.value.isFinite else { throw NotFinite("loss") }
    let gradients = tape.gradients(of: loss)[traced]
    // An infinite gradient would ruin the weights, and with them the next checkpoint.
    guard gradients.allSatisfy(\.tensor.isFinite) else { throw NotFinite("gradient") }
    let buffers = traced.buffers?.values ?? Parameters()
    guard buffers.allSatisfy(\.tensor.isFinite) else { throw NotFinite("running statistics") }
    return Result(loss: Double(loss.value.scalar), gradients: gradients, buffers: buffers)
  }
}
