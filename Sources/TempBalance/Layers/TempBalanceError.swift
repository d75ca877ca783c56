public import SystemFiles

/// An error of weights that cannot be analyzed.
public enum TempBalanceError: ReportableError, Equatable {
  /// A weight is NaN or infinite.
  case nonFiniteWeights(layer: String, value: String)
  /// The shapes of a layer's tensors are not those of its kind.
  case unsupportedShape(layer: String, kind: LayerKind, shapes: [[Int]])
  /// A low-rank correction B·A cannot be added to its base weights.
  case correctionDoesNotFit(layer: String, base: [Int], down: [Int], up: [Int])
  /// The eigenvalues of one of a layer's matrices did not converge.
  case eigenvaluesNotConverged(layer: String, size: Int, status: Int)

  /// Weights are data; eigenvalues that do not converge are a failure of the run.
  public var fault: Fault {
    switch self {
    case .nonFiniteWeights, .unsupportedShape, .correctionDoesNotFit: .data
    case .eigenvaluesNotConverged: .run
    }
  }

  /// What was found, what was expected, and the way out.
  public var message: Message {
    switch self {
    case .nonFiniteWeights(let layer, let value):
      "The layer '\(layer)' holds a weight that is \(value), so it has no spectrum; use weights from before "
        + "training diverged, and continue with a lower learning rate."
    case .unsupportedShape(let layer, let kind, let shapes):
      "The layer '\(layer)' has weights of shapes \(shapes), but \(kind.expectation); check its kind, or "
        + "leave it out."
    case .correctionDoesNotFit(let layer, let base, let down, let up):
      "The layer '\(layer)' has base weights of shape \(base), to which B·A of shapes \(up) and \(down) cannot be "
        + "added; give the weights that the adapter was trained on."
    case .eigenvaluesNotConverged(let layer, let size, let status):
      "The eigenvalues of a matrix of size \(size) in the layer '\(layer)' did not converge (code \(status)); "
        + "leave the layer out, and report its weights."
    }
  }
}

extension LayerKind {
  fileprivate var expectation: String {
    switch self {
    case .linear: "a linear layer has one tensor [outputs, inputs]"
    case .matrix: "a matrix has one tensor [rows, columns]"
    case .embedding: "an embedding has one tensor [entries, width]"
    case .convolution:
      "a convolution has one tensor [outputs, inputs, positions…] with one to three axes of positions"
    case .transposedConvolution:
      "a transposed convolution has one tensor [inputs, outputs, positions…] with one to three axes of positions"
    case .spectral:
      "a spectral convolution has tensors [inputs, outputs, modes…, 2], all of one shape, with one to three axes of modes"
    case .lowRank:
      "a low-rank correction has the two tensors [rank, inputs, positions…] and [outputs, rank, 1…], or for each corner of a "
        + "spectrum [inputs, rank, modes…, 2] and [rank, outputs, modes…, 2]"
    }
  }
}
