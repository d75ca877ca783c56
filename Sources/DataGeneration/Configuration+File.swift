import HDF5
import PDEData
import PDESolvers

extension CompressibleFlow.Configuration {
  /// The grid, the frames and the parameters of a file, with changes.
  ///
  /// What all of PDEBench's files have and none says is theirs where a file does not say it: γ, the stress and the update of ghost
  /// cells; and so are the frame times where there is one frame. Anything else must be in the file or among the changes; the viscosities and whether the ends are periodic may
  /// be in the file's name, as in PDEBench's.
  ///
  /// - Parameters:
  ///   - file: A file of compressible flows.
  ///   - changes: What is to be other than in the file.
  /// - Throws: ``GenerationError`` where the file says too little, or its points or frames are not evenly spaced.
  init(of file: PDEBenchFile, changes: FlowChanges) throws(GenerationError) {
    self.init(resolution: file.spatialShape)
    domain = try Self.domain(of: file)
    var unsaid: [(what: String, options: [String])] = []
    let stored = file.parameters
    let named = FlowFileName.viscosities(in: file.path)
    if let value = changes.shearViscosity ?? stored["eta"] ?? named.shear {
      shearViscosity = value
    } else {
      unsaid.append(("the attribute 'eta'", ["eta"]))
    }
    if let value = changes.bulkViscosity ?? stored["zeta"] ?? named.bulk {
      bulkViscosity = value
    } else {
      unsaid.append(("the attribute 'zeta'", ["zeta"]))
    }
    // The attribute speaks of all axes at once.
    if let value = changes.boundary {
      boundary = value
    } else if !DomainEnds.areWalls(file.attributes),
      let isPeriodic = file.axes.first?.isPeriodic ?? file.isPeriodicByName
    {
      boundary = isPeriodic ? .periodic : .outgoing
    } else {
      unsaid.append(("an attribute 'boundary' that is periodic or outgoing", ["boundary"]))
    }
    if file.frames > 1 {
      if !file.timesAreAssumed {
        guard changes.saveInterval != nil || file.times.isEvenlySpaced() else {
          throw .unevenTimes(file: file.path)
        }
        finalTime = file.times[file.frames - 1] - file.times[0]
        saveInterval = finalTime / Double(file.frames - 1)
      } else if changes.finalTime == nil || changes.saveInterval == nil {
        unsaid.append(("'t-coordinate'", ["final-time", "save-interval"]))
      }
    }
    guard unsaid.isEmpty else {
      throw .unsaid(
        file: file.path, settings: unsaid.map { $0.what }, options: unsaid.flatMap { $0.options })
    }
    heatCapacityRatio = stored["gamma"] ?? heatCapacityRatio
    if case .text(let name)? = file.attributes["stress"] {
      stress = CompressibleFlow.Stress(rawValue: name) ?? stress
    }
    if case .text(let name)? = file.attributes["ghost_update"] {
      ghostUpdate = CompressibleFlow.GhostUpdate(rawValue: name) ?? ghostUpdate
    }
    changes.apply(to: &self)
  }

  /// The interval that each axis of a file covers: half a cell more than the centers at both ends.
  private static func domain(of file: PDEBenchFile) throws(GenerationError) -> [ClosedRange<Double>] {
    let assumed = file.axes.filter(\.isAssumed).map { "'\($0.name)-coordinate'" }
    guard assumed.isEmpty else { throw .unsaid(file: file.path, settings: assumed, options: []) }
    var domain: [ClosedRange<Double>] = []
    for (axis, centers) in file.coordinates.enumerated() {
      let (first, last) = (centers[0], centers[centers.count - 1])
      let spacing = (last - first) / Double(max(centers.count - 1, 1))
      guard spacing > 0, centers.isEvenlySpaced() else { throw .unevenGrid(file: file.path, axis: axis) }
      domain.append(first - spacing / 2...last + spacing / 2)
    }
    return domain
  }
}
