public import TensorCore

/// The weights of one layer, under its name.
public struct LayerWeights: Sendable {
  /// The layer's name, to which its learning rate will be tied.
  public let name: String
  /// What the layer does, which tells how its weights are read as matrices.
  public let kind: LayerKind
  /// The shape of the weights. A layer of several tensors (the corners of a spectral convolution) has their number in
  /// front; a low-rank correction has the shape of what it corrects.
  public let shape: [Int]
  /// The tensors whose matrices make the layer's spectrum.
  let tensors: [Tensor]

  /// Names the weights of a layer.
  ///
  /// - Parameters:
  ///   - name: The layer's name.
  ///   - kind: What the layer does.
  ///   - tensors: Its weights: one tensor, but for a spectral convolution one for each corner of the spectrum (all of
  ///     one shape), and for a low-rank correction the pair A, B, or the A of all corners before their B.
  /// - Throws: ``TempBalanceError/unsupportedShape(layer:kind:shapes:)`` if the shapes are not those of the kind.
  public init(name: String, kind: LayerKind, tensors: [Tensor]) throws(TempBalanceError) {
    let shapes = tensors.map(\.shape)
    guard let first = shapes.first, Self.fits(kind, shapes), shapes.allSatisfy({ $0.allSatisfy { $0 > 0 } })
    else {
      throw .unsupportedShape(layer: name, kind: kind, shapes: shapes)
    }
    self.name = name
    self.kind = kind
    if kind == .lowRank, let factors = LowRankFactors(tensors) {
      let count = factors.downs.count
      shape = count == 1 ? factors.productShape : [count] + factors.productShape
      self.tensors = factors.equivalents
    } else {
      shape = shapes.count == 1 ? first : [shapes.count] + first
      self.tensors = tensors
    }
  }

  private static func fits(_ kind: LayerKind, _ shapes: [[Int]]) -> Bool {
    switch kind {
    case .linear, .embedding, .matrix:
      shapes.count == 1 && shapes[0].count == 2
    case .convolution, .transposedConvolution:
      shapes.count == 1 && (3...5).contains(shapes[0].count)
    case .spectral:
      shapes.allSatisfy { $0 == shapes[0] } && (4...6).contains(shapes[0].count) && shapes[0].last == 2
    case .lowRank:
      LowRankFactors.Form(shapes) != nil
    }
  }

  /// Throws an error that names the layer if one of its weights is NaN or infinite.
  func checkFinite() throws(TempBalanceError) {
    for tensor in tensors where !tensor.isFinite {
      let value = tensor.elements.first { !$0.isFinite }
      throw .nonFiniteWeights(layer: name, value: value.map { "\($0)" } ?? "NaN")
    }
  }
}
