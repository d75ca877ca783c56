import Foundation
public import TensorCore

/// The steady pressure of a flow through a porous square, by Darcy's law.
///
/// ```
/// −∇·(ν(x, y)·∇u) = β in (0, 1)²,   u = 0 at its ends
/// ```
///
/// | Symbol | Name |
/// |---|---|
/// | ν | the coefficient, positive; PDEBench's `nu` |
/// | u | the pressure; PDEBench's `tensor` |
/// | β | the constant source; u is proportional to it |
///
/// Finite volumes on cell centers: five points, the harmonic mean of ν at a face, half a cell to the ends. The linear
/// system is symmetric and positive definite; conjugate gradients with its diagonal as preconditioner solve it in double
/// precision until the residual is 1e-9 of the source. Second order where ν is smooth.
///
/// Source: Takamoto et al., *PDEBench*, arXiv:2210.07182, appendix D.4; Saad, *Iterative Methods for Sparse Linear
/// Systems*, 2nd ed., algorithm 9.1.
public struct DarcyFlow: Sendable {
  /// The constant source β.
  public let source: Double
  /// The number of cells along each axis.
  public let resolution: Int

  /// The residual at which the pressure counts as found, relative to the source.
  public static let tolerance = 1e-9

  /// Flows of a source.
  ///
  /// - Parameters:
  ///   - source: β.
  ///   - resolution: The number of cells along each axis.
  /// - Throws: ``SolverError`` where β is zero or of a size that single precision has no pressures for, or there are too few or
  ///   too many cells.
  public init(source: Double, resolution: Int) throws(SolverError) {
    try SolverError.check("source beta", source, "from 1e-30 to 1e30, or the negative of that") {
      (1e-30...1e30).contains(abs($0))
    }
    try SolverError.checkResolution([resolution, resolution])
    try SolverError.checkSize(frames: 2, variables: 1, resolution: [resolution, resolution])
    self.source = source
    self.resolution = resolution
  }

  /// The centers of the cells along either axis.
  public var coordinates: [Double] { (0..<resolution).map { (Double($0) + 0.5) / Double(resolution) } }

  /// A random coefficient: 1 where a smooth random field is positive, 0.1 elsewhere.
  ///
  /// The field has the covariance (−Δ + 9)⁻², truncated at wavenumber 16.
  ///
  /// - Parameters:
  ///   - seed: The seed of the data set.
  ///   - sample: The number of the sample.
  /// - Returns: ν at the cells' centers, `[x, y]`.
  public func randomCoefficient(seed: UInt64, sample: Int) -> Tensor {
    var generator = CounterGenerator(seed: seed, purpose: .initialState, index: sample)
    let field = GaussianField(resolution: [resolution, resolution], highest: 16)
      .sample(&generator) { 1 / (4 * .pi * .pi * $0 * $0 + 9) }
    return Tensor(field.map { $0 > 0 ? 1 : 0.1 }, shape: [resolution, resolution])
  }

  /// Computes the pressure.
  ///
  /// - Parameter coefficient: ν at the cells' centers, `[x, y]`, positive.
  /// - Returns: u at the cells' centers, `[x, y]`, and the number of iterations.
  /// - Throws: ``SolverError/wrongShape(found:expected:)``, ``SolverError/unphysicalState(variable:value:)`` for a
  ///   coefficient that is not positive, and ``SolverError/notConverged(iterations:residual:)``.
  public func solve(coefficient: Tensor) throws(SolverError) -> (pressure: Tensor, iterations: Int) {
    guard coefficient.shape == [resolution, resolution] else {
      throw .wrongShape(found: coefficient.shape, expected: [resolution, resolution])
    }
    if let value = coefficient.elements.first(where: { !($0 > 0 && $0.isFinite) }) {
      throw .unphysicalState(variable: "nu", value: value)
    }
    let system = DarcySystem(coefficient)
    // The source of a cell is β·Δx²; the system does without Δx² on both sides.
    let strength = source / Double(resolution * resolution)
    let solution = system.solve(source: strength, tolerance: Self.tolerance, limit: 100 * resolution)
    guard solution.residual <= Self.tolerance else {
      throw .notConverged(iterations: solution.iterations, residual: solution.residual)
    }
    return (
      Tensor(solution.pressure.map { Float($0) }, shape: [resolution, resolution]), solution.iterations
    )
  }
}
