import CVectorMath
import TensorCore

/// The state of a flow on its grid, and one time step.
///
/// Pointers into the arrays stay inside this file; the loops over cells are `CVectorMath`'s.
final class FlowField {
  private let configuration: CompressibleFlow.Configuration
  private let grid: PaddedGrid
  private let variables: Int
  private let gamma: Float
  private let spacing: [Double]
  /// The ghost cells at the ends of each axis.
  private lazy var ghosts = ghostRuns(on: grid.lines)
  /// The same with those that reach the corners, which a Newtonian fluid's stress reads.
  private lazy var ghostsWithCorners = ghostRuns(on: grid.linesWithCorners)

  /// The distance between the arrays of two variables.
  private let pitch: Int
  private let fluxPitch: Int

  // The state is held in conserved variables; the others are derived from it, or from the state half a step ahead.
  private let conservedStorage: TensorStorage
  private let midpointStorage: TensorStorage
  private let primitiveStorage: TensorStorage
  private let fluxStorage: TensorStorage

  /// How often a cell's pressure was raised to the floor, which adds energy. The states half a step ahead do not count:
  /// they give fluxes, which only move it.
  private(set) var flooredCells = 0

  private var conserved: UnsafeMutablePointer<Float> { conservedStorage.base }
  private var midpoint: UnsafeMutablePointer<Float> { midpointStorage.base }
  private var primitive: UnsafeMutablePointer<Float> { primitiveStorage.base }

  init(_ configuration: CompressibleFlow.Configuration) {
    self.configuration = configuration
    grid = PaddedGrid(resolution: configuration.resolution)
    variables = 2 + configuration.dimensions
    gamma = Float(configuration.heatCapacityRatio)
    spacing = configuration.spacing
    pitch = grid.count
    let slack = Int(CF_SLACK)
    // A row has one face more than it has cells.
    fluxPitch = grid.rowLength + 1 + slack
    conservedStorage = TensorStorage(count: variables * pitch)
    midpointStorage = TensorStorage(count: variables * pitch)
    primitiveStorage = TensorStorage(count: variables * pitch + slack)
    fluxStorage = TensorStorage(count: 2 * variables * fluxPitch)
  }

  private var dimensions: Int32 { Int32(configuration.dimensions) }

  /// Takes a state of primitive variables.
  func load(_ state: Tensor) {
    state.withUnsafeElements { source in
      forEachRow { row, variable, position in
        for column in 0..<grid.rowLength {
          primitive[variable * pitch + row + column] = source[position + column]
        }
      }
    }
    for row in grid.rows {
      cf_conserved_from_primitive(primitive + row, conserved + row, pitch, dimensions, grid.rowLength, gamma)
    }
  }

  /// Writes the state's primitive variables.
  func store(into target: UnsafeMutableBufferPointer<Float>) {
    forEachRow { row, variable, position in
      for column in 0..<grid.rowLength {
        target[position + column] = primitive[variable * pitch + row + column]
      }
    }
  }

  private func forEachRow(_ body: (_ row: Int, _ variable: Int, _ position: Int) -> Void) {
    for variable in 0..<variables {
      for (index, row) in grid.rows.enumerated() {
        body(row, variable, (variable * grid.rows.count + index) * grid.rowLength)
      }
    }
  }

  /// The shortest time in which a signal crosses a cell along an axis; NaN or zero once the state is not finite.
  func shortestCrossingTime() -> Double {
    var speeds = [Float](repeating: 0, count: configuration.dimensions)
    for row in grid.rows {
      cf_raise_signal_speed(primitive + row, pitch, &speeds, dimensions, grid.rowLength, gamma)
    }
    let times = zip(spacing, speeds).map { $0 / Double($1) }
    return times.contains { $0.isNaN } ? .nan : times.reduce(.infinity, min)
  }

  /// Advances the state by a time step.
  ///
  /// - Returns: The number of viscous sub-steps; nil where the densities of neighbors are so unlike that there would be no end
  ///   of them.
  func advance(by step: Double) -> Int? {
    _ = convect(conserved, into: midpoint, by: step / 2)
    flooredCells += convect(conserved, into: conserved, by: step)
    return diffuse(by: step)
  }

  /// Subtracts the divergence of the primitive state's Euler fluxes over a time from a conserved state, then makes
  /// that the primitive state.
  ///
  /// - Returns: The number of cells whose pressure was raised to the floor.
  private func convect(
    _ source: UnsafeMutablePointer<Float>, into target: UnsafeMutablePointer<Float>, by time: Double
  ) -> Int {
    for axis in spacing.indices {
      fillGhosts(axis)
      sweep(axis, axis == 0 ? source : target, into: target, scale: Float(time / spacing[axis])) {
        cell, count, flux in
        cf_euler_flux(
          primitive + cell, pitch, flux, fluxPitch, dimensions, Int32(axis), grid.strides[axis], count, gamma)
      }
    }
    return refreshPrimitive(from: target)
  }

  /// Adds the viscous terms over a time, in sub-steps.
  ///
  /// - Returns: The number of sub-steps; nil where the densities of neighbors differ by a factor of more than 1e5 and so would
  ///   make them ten thousand times as many.
  private func diffuse(by time: Double) -> Int? {
    let (shear, bulk) = (configuration.shearViscosity, configuration.bulkViscosity)
    guard shear > 0 || bulk > 0 else { return 0 }
    // The viscous terms leave the densities as they are, so one look is enough for all sub-steps.
    let share = CompressibleFlow.Configuration.stableViscousShare(contrast: densityContrast())
    let longest = share * configuration.longestViscousStep
    guard share >= 1e-4 || time <= longest else { return nil }
    var remaining = time
    var steps = 0
    while remaining > 0 {
      let step = min(remaining, longest)
      remaining -= step
      steps += 1
      switch configuration.stress {
      case .pdebench: applyGradients(step, shear: shear, bulk: bulk)
      case .newtonian: applyNewtonian(step, shear: shear, bulk: bulk)
      }
    }
    return steps
  }

  /// The largest quotient of the densities of two neighbors.
  private func densityContrast() -> Double {
    var contrast: Float = 1
    for axis in spacing.indices {
      fillGhosts(axis)
      // The face above the last cell is the one below the first, or has the same cell on both sides.
      for row in grid.rows {
        cf_raise_density_contrast(
          primitive + row - grid.strides[axis], &contrast, grid.strides[axis], grid.rowLength)
      }
    }
    return Double(contrast)
  }

  /// PDEBench's viscous terms over a sub-step, one axis after the other.
  private func applyGradients(_ step: Double, shear: Double, bulk: Double) {
    if configuration.ghostUpdate == .perSubstep { spacing.indices.forEach { fillGhosts($0) } }
    for axis in spacing.indices {
      if configuration.ghostUpdate == .perAxis { fillGhosts(axis) }
      sweep(axis, conserved, into: conserved, scale: Float(step / spacing[axis])) { cell, count, flux in
        cf_viscous_flux(
          primitive + cell, pitch, flux, fluxPitch, dimensions, Int32(axis), grid.strides[axis], count,
          Float((shear + bulk + shear / 3) / spacing[axis]), Float(shear / spacing[axis]))
      }
      flooredCells += refreshPrimitive(from: conserved)
    }
  }

  /// The viscous terms of a Newtonian fluid over a sub-step, all axes from the same state.
  private func applyNewtonian(_ step: Double, shear: Double, bulk: Double) {
    for axis in spacing.indices { fillGhosts(axis, withCorners: true) }
    let inverseSpacing = spacing.map { Float(1 / $0) }
    for axis in spacing.indices {
      sweep(axis, conserved, into: conserved, scale: Float(step / spacing[axis])) { cell, count, flux in
        cf_newtonian_flux(
          primitive + cell, pitch, flux, fluxPitch, dimensions, Int32(axis), grid.strides, inverseSpacing,
          count, Float(shear), Float(bulk))
      }
    }
    flooredCells += refreshPrimitive(from: conserved)
  }

  /// Makes a conserved state the primitive one.
  ///
  /// - Returns: The number of cells whose pressure was raised to the floor.
  private func refreshPrimitive(from source: UnsafeMutablePointer<Float>) -> Int {
    grid.rows.reduce(0) { raised, row in
      raised
        + cf_primitive_from_conserved(source + row, primitive + row, pitch, dimensions, grid.rowLength, gamma)
    }
  }

  /// Subtracts `scale` times the difference of the fluxes through a cell's two faces along an axis from every cell of a state.
  ///
  /// `flux` writes the fluxes through `count` faces, the first of them above the cell at an offset.
  private func sweep(
    _ axis: Int, _ source: UnsafeMutablePointer<Float>, into target: UnsafeMutablePointer<Float>,
    scale: Float, flux: (_ cell: Int, _ count: Int, _ out: UnsafeMutablePointer<Float>) -> Void
  ) {
    let length = grid.rowLength
    let stride = grid.strides[axis]
    func subtract(_ above: UnsafeMutablePointer<Float>, _ below: UnsafeMutablePointer<Float>, at cell: Int) {
      cf_subtract_flux_difference(
        source + cell, target + cell, pitch, above, below, fluxPitch, dimensions, length, scale)
    }
    var below = fluxStorage.base
    if stride == 1 {
      for row in grid.rows {
        flux(row - 1, length + 1, below)
        subtract(below + 1, below, at: row)
      }
      return
    }
    var above = below + variables * fluxPitch
    for line in grid.lines[axis] {
      flux(line - stride, length, below)
      for index in 0..<grid.resolution[axis] {
        let row = line + index * stride
        flux(row, length, above)
        subtract(above, below, at: row)
        swap(&above, &below)
      }
    }
  }

  private func ghostRuns(on lines: [[Int]]) -> [[PaddedGrid.GhostRun]] {
    spacing.indices.map { grid.ghostRuns($0, lines, isPeriodic: configuration.boundary == .periodic) }
  }

  /// Sets the ghost cells of the primitive state at both ends of an axis.
  private func fillGhosts(_ axis: Int, withCorners: Bool = false) {
    let runs = withCorners ? ghostsWithCorners[axis] : ghosts[axis]
    let width = grid.lineWidth(axis)
    for variable in 0..<variables {
      let field = primitive + variable * pitch
      for run in runs {
        if width == 1 {
          field[run.ghosts] = field[run.source]
        } else {
          (field + run.ghosts).update(from: field + run.source, count: width)
        }
      }
    }
  }
}
