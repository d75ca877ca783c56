public import Autodiff
public import TensorCore

/// Makes predictions conserve what the start had.
///
/// Of a prediction in physical units, for each sample, with means over its points and the totals of its start:
///
/// ```
/// mass        ρ ← ρ·M/mean(ρ)                                M = mean(ρ) at the start
/// momentum    V ← V + (P − mean(ρV))/mean(ρ)                 P = mean(ρV)
/// energy      p ← p·(γ − 1)(E − mean(½ρ|V|²))/mean(p)        E = mean(p/(γ − 1) + ½ρ|V|²)
/// ```
///
/// in this order. Scalars that are only carried about are shifted to the mean of the start, as part of the mass; without a
/// density, ρ is 1. Where a mean that is divided by is not positive, or motion alone has more energy than there was, density or
/// pressure stay as they are, so that a prediction that is far off remains one.
///
/// Moving a frame along periodic axes does not change mass and momentum, so it does not matter where a prediction has been moved
/// to. The kinetic energy is a product of three fields, whose waves a grid may not resolve: moved flows on 32 points differ in
/// energy by up to 1e-4.
///
/// The data themselves may drift: by default, PDEBench's way, the energy of generated flows in 2D and 3D at a Mach number of 1 does, by
/// up to 1e-3. Conserving it then corrects predictions toward a total that the data do not keep.
public struct Conservation: Sendable, Equatable {
  /// What is conserved.
  public let quantities: [ConservedQuantity]
  /// The fields.
  public let system: FieldSystem

  let variables: Int
  let density: Int?
  let pressure: Int?
  let velocities: [Int]
  let scalars: [Int]
  let gamma: Double

  /// The conservation of some quantities.
  ///
  /// - Parameters:
  ///   - quantities: The quantities.
  ///   - system: The fields.
  /// - Throws: ``SymmetryError/notConserved(_:reason:)`` where an axis is not periodic or a variable is missing.
  public init(_ quantities: [ConservedQuantity], for system: FieldSystem) throws(SymmetryError) {
    try self.init(.list(quantities), for: system)
  }

  /// The conservation of the quantities that are meant.
  ///
  /// - Parameters:
  ///   - choice: Which quantities, of those that the equation is known to conserve.
  ///   - system: The fields.
  /// - Throws: ``SymmetryError/notConserved(_:reason:)`` where an axis is not periodic or a variable is missing.
  public init(_ choice: KnownChoice<ConservedQuantity> = .auto, for system: FieldSystem) throws(SymmetryError)
  {
    let quantities = choice.resolved(system.conserved)
    for quantity in quantities { try system.check(quantity) }
    self.quantities = ConservedQuantity.allCases.filter(quantities.contains)
    self.system = system
    variables = system.variables.count
    density = system.place(of: .density)
    pressure = system.place(of: .pressure)
    velocities = system.velocityPlaces ?? []
    scalars = system.characters.indices.filter { system.characters[$0].quantity == .conserved }
    gamma = system.gamma ?? 5.0 / 3
  }

  func conserves(_ quantity: ConservedQuantity) -> Bool { quantities.contains(quantity) }

  /// The totals of one frame of each sample.
  ///
  /// - Parameter frame: `[samples, variables, x(, y(, z))]`, in physical units.
  /// - Returns: All totals that the variables have, whatever is to be conserved.
  /// - Precondition: The frame has the system's variables.
  public func totals(of frame: Tensor) -> ConservedTotals {
    checkShape(frame)
    let (samples, points) = (frame.shape[0], frame.shape[2...].reduce(1, *))
    let totals = parallelMap(samples) { sample in
      let kernel = ConservationKernel(self, points: points)
      return kernel.totals(frame.storage.base + sample * variables * points)
    }
    return ConservedTotals(
      masses: totals.map(\.masses), momenta: totals.map(\.momentum), energies: totals.map(\.energy))
  }

  /// A prediction that has the totals of its start, with its gradient.
  ///
  /// - Parameters:
  ///   - prediction: One frame of each sample, `[samples, variables, x(, y(, z))]`, in physical units.
  ///   - start: The totals of a frame of the same samples.
  /// - Returns: As many frames.
  /// - Precondition: The prediction has the system's variables and the samples of the start.
  public func callAsFunction(_ prediction: Variable, start: ConservedTotals) -> Variable {
    checkShape(prediction.value)
    let (samples, points) = (prediction.shape[0], prediction.shape[2...].reduce(1, *))
    precondition(samples == start.samples, "\(samples) samples cannot have the totals of \(start.samples)")
    guard !quantities.isEmpty else { return prediction }
    let size = variables * points
    let kernel = ConservationKernel(self, points: points)
    var result = Tensor(uninitialized: prediction.shape)
    let (source, target) = (prediction.value.storage, result.mutableStorage())
    let corrections = parallelMap(samples) { sample in
      kernel.project(
        source.base + sample * size, into: target.base + sample * size, masses: start.masses[sample],
        momentum: start.momenta[sample], energy: start.energies[sample])
    }
    let input = prediction.valueForPullback
    return .primitive(result, inputs: [prediction]) { [result] gradient in
      var inputGradient = gradient
      let (x, y, g) = (input().storage, result.storage, inputGradient.mutableStorage())
      parallelFor(samples) { sample in
        kernel.pullBack(
          g.base + sample * size, from: x.base + sample * size, to: y.base + sample * size,
          corrections[sample])
      }
      return [inputGradient]
    }
  }

  private func checkShape(_ frame: Tensor) {
    precondition(
      frame.rank > 2 && frame.shape[1] == variables && frame.count > 0,
      "a frame of shape \(frame.shape), expected [samples, \(variables), x…]")
  }
}
