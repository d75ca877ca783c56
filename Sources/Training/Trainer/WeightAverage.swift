package import Autodiff
import NeuralOperators
import TensorCore

/// A running mean of weights, which is evaluated and kept in their place: a ← a + (1 − d)·(w − a) after every step t, with
/// d = min(decay, (1 + t) / (10 + t)), so that the first weights are soon forgotten. The mean of weights that stay, as frozen
/// ones do, keeps their bits. Counts of batches are taken as they are.
///
/// Source: Polyak and Juditsky, *Acceleration of Stochastic Approximation by Averaging*, 1992; the beginning is that of
/// TensorFlow's `ExponentialMovingAverage`.
package struct WeightAverage {
  /// d, once the beginning is over.
  let decay: Double
  /// a.
  package var parameters: Parameters

  /// A mean that begins with some weights.
  package init(decay: Double, parameters: Parameters) {
    self.decay = decay
    self.parameters = parameters
  }

  /// Adds the weights after a step.
  ///
  /// - Parameters:
  ///   - weights: The weights.
  ///   - steps: The number of steps so far.
  package mutating func add(_ weights: Parameters, steps: Int) {
    let share = Float(1 - min(decay, Double(1 + steps) / Double(10 + steps)))
    var next = Parameters()
    for (name, weight) in weights {
      guard let mean = parameters.tensor(named: name) else { preconditionFailure("no mean of \(name)") }
      let isCount = BatchNormalization.isBatchCount(name)
      next.append(isCount ? weight : mean.map(with: weight) { $0 + share * ($1 - $0) }, named: name)
    }
    parameters = next
  }
}
