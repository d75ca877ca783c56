public import FourierTransforms
import TensorCore

/// Averages over the box that tell how a two-dimensional flow decays.
public struct FlowAverages: Sendable, Equatable {
  /// E = ½·⟨u² + v²⟩.
  public let energy: Double
  /// Z = ½·⟨ω²⟩.
  public let enstrophy: Double
  /// P = ½·⟨|∇ω|²⟩.
  public let palinstrophy: Double
}

extension VorticityEquation {
  /// Energy, enstrophy and palinstrophy of a flow.
  public func averages(of vorticity: FourierSpectrum) -> FlowAverages {
    let velocity = velocity(of: vorticity)
    let field = vorticity.field
    let points = Double(field.count)
    let slopes = [0, 1].map { vorticity.derivative(axis: $0).field.sumOfSquares }
    return FlowAverages(
      energy: (velocity.x.sumOfSquares + velocity.y.sumOfSquares) / (2 * points),
      enstrophy: field.sumOfSquares / (2 * points),
      palinstrophy: (slopes[0] + slopes[1]) / (2 * points))
  }
}
