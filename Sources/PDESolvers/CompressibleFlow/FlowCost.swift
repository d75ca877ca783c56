/// The arithmetic of a flow, counted from the kernels' source.
///
/// Additions, multiplications, divisions and square roots count one each; comparisons, choices and signs count nothing.
/// With d axes and v = 2 + d variables, a cell takes
///
/// | | floating-point operations | values read and written |
/// |---|---|---|
/// | a time step: two sweeps of Euler fluxes per axis, two conversions, the signal speed | 2·(d·(14v + 31 + 3(d − 1)) + 4 + 4d) + 3 + d | 2·(3dv + 2v + 1) + v |
/// | a viscous sub-step of PDEBench's: a sweep of stresses and a conversion per axis | d·(3v + 8d + 3 + 4 + 4d) | d·(5v + 1) |
/// | a viscous sub-step of a Newtonian fluid: a sweep of stresses per axis, one conversion | d·(3v + 18d − 6) + 4 + 4d | d·(3v + 1) + 2v |
///
/// in which a face, of which a line has one more than it has cells, counts as one a cell. The look at the densities that bounds
/// the sub-steps is left out: a division per cell and axis in each time step.
public struct FlowCost: Sendable, Equatable {
  /// Operations of a time step, per cell.
  public let operationsPerStep: Int
  /// Operations of a viscous sub-step, per cell.
  public let operationsPerViscousStep: Int
  /// Bytes that a time step reads and writes, in the caches or beyond, per cell.
  public let bytesPerStep: Int
  /// Bytes that a viscous sub-step reads and writes, per cell.
  public let bytesPerViscousStep: Int

  /// The cost of a flow.
  ///
  /// - Parameters:
  ///   - d: The number of axes.
  ///   - stress: The viscous stress.
  public init(dimensions d: Int, stress: CompressibleFlow.Stress = .pdebench) {
    let v = 2 + d
    operationsPerStep = 2 * (d * (14 * v + 31 + 3 * (d - 1)) + 4 + 4 * d) + 3 + d
    switch stress {
    case .pdebench: operationsPerViscousStep = d * (3 * v + 8 * d + 3 + 4 + 4 * d)
    case .newtonian: operationsPerViscousStep = d * (3 * v + 18 * d - 6) + 4 + 4 * d
    }
    bytesPerStep = 4 * (2 * (3 * d * v + 2 * v + 1) + v)
    bytesPerViscousStep = 4 * (stress == .pdebench ? d * (5 * v + 1) : d * (3 * v + 1) + 2 * v)
  }
}
