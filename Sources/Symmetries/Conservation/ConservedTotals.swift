/// The means of conserved quantities over the points of one frame of each sample.
public struct ConservedTotals: Sendable, Equatable {
  /// The mean density, then those of the conserved scalars, for each sample.
  public let masses: [[Double]]
  /// The mean of ρV, without a density of V, for each sample, a component for each axis.
  public let momenta: [[Double]]
  /// The mean of p/(γ − 1) + ½ρ|V|² for each sample.
  public let energies: [Double]

  /// The totals of some samples.
  ///
  /// - Parameters:
  ///   - masses: The mean density, then those of the conserved scalars, for each sample.
  ///   - momenta: The mean momentum for each sample, a component for each axis.
  ///   - energies: The mean energy for each sample.
  public init(masses: [[Double]], momenta: [[Double]], energies: [Double]) {
    self.masses = masses
    self.momenta = momenta
    self.energies = energies
  }

  /// The number of samples.
  public var samples: Int { masses.count }

  /// The totals of some of the samples.
  ///
  /// - Parameter places: Their places, in any order.
  /// - Returns: As many totals.
  public subscript(places: [Int]) -> ConservedTotals {
    ConservedTotals(
      masses: places.map { masses[$0] }, momenta: places.map { momenta[$0] },
      energies: places.map { energies[$0] })
  }
}
