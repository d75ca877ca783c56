public import Autodiff
public import TensorCore

/// The low-rank corrections of a model's parameters, and the weights that they come to.
public struct LowRankAdapters: Sendable, Equatable {
  /// An adapter for each corrected parameter, in the model's order.
  public let adapters: [LowRankAdapter]
  /// α; every correction is multiplied by α over its rank.
  public let alpha: Double

  /// Adapters.
  public init(_ adapters: [LowRankAdapter], alpha: Double) {
    self.adapters = adapters
    self.alpha = alpha
  }

  /// The names of all A and B.
  public var names: Set<String> { Set(adapters.flatMap { [$0.downName, $0.upName] }) }
  /// The names of the parameters that are corrected.
  public var corrected: Set<String> { Set(adapters.map(\.parameter)) }

  private func scale(_ adapter: LowRankAdapter) -> Float { Float(alpha / Double(adapter.rank)) }

  /// New A and B, which depend on the seed and the adapter's place alone.
  public func initialParameters(seed: UInt64) -> [(name: String, tensor: Tensor)] {
    adapters.enumerated().flatMap { index, adapter in
      adapter.initialParameters(CounterGenerator(seed: seed, purpose: "adapters", index: index))
    }
  }

  /// The parameters as a model sees them: W + s·ΔW in the place of W, differentiable in A and B.
  public func applied(to parameters: TracedParameters) -> TracedParameters {
    parameters.replacing(
      adapters.map { adapter in
        let correction = adapter.correction(
          down: parameters[adapter.downName], up: parameters[adapter.upName])
        return (adapter.parameter, parameters[adapter.parameter] + scale(adapter) * correction)
      }, without: names)
  }

  /// The model's own parameters with all corrections in them.
  public func merged(_ parameters: Parameters) -> Parameters {
    var result = Parameters()
    let own = names
    for (name, tensor) in parameters where !own.contains(name) { result.append(tensor, named: name) }
    for adapter in adapters {
      let correction = adapter.correction(
        down: Variable(parameters[adapter.downName]), up: Variable(parameters[adapter.upName]))
      result[adapter.parameter].add(correction.value, scaledBy: scale(adapter))
    }
    return result
  }
}
