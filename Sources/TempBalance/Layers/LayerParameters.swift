public import TensorCore

/// Which parameters of a model hold a layer's weights, known before any of them is read.
public struct LayerParameters: Sendable, Equatable {
  /// The layer's name.
  public let name: String
  /// What the layer does.
  public let kind: LayerKind
  /// The full names of the parameters with its weights, for ``LayerWeights/init(name:kind:tensors:)`` in this order.
  public let parameters: [String]

  /// Finds the layers among a model's parameters.
  ///
  /// Biases, normalizations and whatever else is no layer of the wanted kinds are passed over. The layers come in the
  /// order of their first parameters. A low-rank correction beside the weights that it corrects is a layer of its own, of
  /// the same name and another kind.
  ///
  /// - Parameters:
  ///   - parameters: The name and shape of each parameter, in the order of the model's layers.
  ///   - kinds: The kinds of layers that take part.
  /// - Returns: The layers.
  public static func layers(
    in parameters: some Sequence<(name: String, shape: [Int])>, kinds: Set<LayerKind> = LayerKind.paper
  ) -> [LayerParameters] {
    var order: [Identity] = []
    var found: [Identity: [String]] = [:]
    for (parameter, shape) in parameters {
      guard let kind = LayerKind(parameter: parameter, shape: shape), kinds.contains(kind) else { continue }
      // Several such matrices can belong to one module, and have nothing to do with each other.
      let name = kind == .matrix ? parameter : layerName(ofParameter: parameter)
      let identity = Identity(name: name, kind: kind)
      if found[identity] == nil { order.append(identity) }
      found[identity, default: []].append(parameter)
    }
    return order.map {
      LayerParameters(name: $0.name, kind: $0.kind, parameters: found[$0, default: []].sorted())
    }
  }

  private struct Identity: Hashable {
    let name: String
    let kind: LayerKind
  }
}

extension LayerWeights {
  /// Collects the weights of the layers among a model's parameters.
  ///
  /// - Parameters:
  ///   - parameters: The name and value of each parameter, in the order of the model's layers.
  ///   - kinds: The kinds of layers that take part.
  /// - Returns: The layers' weights.
  /// - Throws: ``TempBalanceError/unsupportedShape(layer:kind:shapes:)`` if a layer's parameters do not fit together.
  public static func layers(
    in parameters: some Collection<(name: String, value: Tensor)>, kinds: Set<LayerKind> = LayerKind.paper
  ) throws(TempBalanceError) -> [LayerWeights] {
    let values = Dictionary(parameters.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    let found = LayerParameters.layers(
      in: parameters.lazy.map { (name: $0.name, shape: $0.value.shape) }, kinds: kinds)
    var layers: [LayerWeights] = []
    for layer in found {
      layers.append(
        try LayerWeights(
          name: layer.name, kind: layer.kind, tensors: layer.parameters.compactMap { values[$0] }))
    }
    return layers
  }
}
