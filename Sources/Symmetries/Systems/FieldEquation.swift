import Foundation
public import PDEData

/// An equation whose symmetries are known.
public enum FieldEquation: String, Sendable, CaseIterable, Codable {
  /// The compressible Navier-Stokes equations of an ideal gas.
  case compressibleFlow = "compressible flow"
  /// The incompressible Navier-Stokes equations under a force that is fixed in space.
  case forcedIncompressibleFlow = "incompressible flow under a force"
  /// ∂u/∂t + ∂(u²/2)/∂x = ν ∂²u/∂x², in one dimension.
  case burgers = "Burgers' equation"
  /// ∂u/∂t + β ∂u/∂x = 0 with a given β.
  case advection
  /// −∇·(a ∇u) = β, with u = 0 at the ends.
  case darcyFlow = "Darcy flow"
  /// Diffusion and reaction of scalars, where nothing flows through the ends.
  case diffusionReaction = "diffusion and reaction"
  /// Diffusion and reaction of a scalar on a periodic line.
  case periodicDiffusionReaction = "diffusion and reaction on a periodic line"
  /// The depth of shallow water around a broken round dam.
  case shallowWater = "shallow water"

  /// The equation of a data set, told by its layout, attributes and file name; nil where they say nothing.
  ///
  /// - Parameter data: The data set.
  public init?(_ data: any FieldDataSet) {
    // A single field may be anybody's, and so may a group a sample. PDEBench's names, and our attributes, say what it is.
    let name = data.path.split(separator: "/").last.map { $0.lowercased() } ?? ""
    switch data.layout {
    case PDEBenchKind.compressibleFlow.name: self = .compressibleFlow
    case PDEBenchKind.incompressibleFlow.name: self = .forcedIncompressibleFlow
    case PDEBenchKind.darcyFlow.name: self = .darcyFlow
    case PDEBenchKind.singleField.name where data.dimensions == 1:
      if data.parameters["Nu"] != nil || name.hasPrefix("1d_burgers") {
        self = .burgers
      } else if data.parameters["beta"] != nil || name.hasPrefix("1d_advection") {
        self = .advection
      } else if name.hasPrefix("reacdiff") {
        self = .periodicDiffusionReaction
      } else {
        return nil
      }
    default:
      if name.hasPrefix("2d_diff-react") {
        self = .diffusionReaction
      } else if name.hasPrefix("2d_rdb") {
        self = .shallowWater
      } else {
        return nil
      }
    }
  }

  /// Whether PDEBench solves it on periodic domains alone.
  var isAlwaysPeriodic: Bool {
    switch self {
    case .burgers, .advection, .periodicDiffusionReaction: true
    default: false
    }
  }

  /// The symmetries of the equation in a number of dimensions, whatever the grid.
  func symmetries(dimensions: Int) -> [Symmetry] {
    Symmetry.all(dimensions: dimensions).filter { symmetry in
      switch (self, symmetry) {
      case (.compressibleFlow, _): true
      // What is carried has a direction.
      case (.advection, _): symmetry == .translation
      case (.burgers, .scaling): false
      case (.burgers, _): true
      case (.periodicDiffusionReaction, .reflection), (.periodicDiffusionReaction, .translation): true
      case (.periodicDiffusionReaction, _): false
      // A force that is turned along is another one of the same kind; one that moves is not.
      case (.forcedIncompressibleFlow, .reflection), (.forcedIncompressibleFlow, .exchange),
        (.forcedIncompressibleFlow, .translation):
        true
      case (.darcyFlow, .reflection), (.darcyFlow, .exchange), (.diffusionReaction, .reflection),
        (.diffusionReaction, .exchange), (.shallowWater, .reflection), (.shallowWater, .exchange):
        true
      default: false
      }
    }
  }

  /// What the equation conserves where all axes are periodic.
  var conserved: [ConservedQuantity] {
    switch self {
    case .compressibleFlow: [.mass, .momentum, .energy]
    case .burgers: [.momentum]
    case .advection: [.mass]
    // The force has mean zero in what this package makes; elsewhere nothing is known of it.
    case .forcedIncompressibleFlow: [.mass]
    default: []
    }
  }

  /// How a variable of the equation changes.
  func character(of variable: String) -> VariableCharacter {
    switch (self, variable) {
    case (.compressibleFlow, "density"): .density
    case (.compressibleFlow, "pressure"): .pressure
    case (.compressibleFlow, "Vx"), (.forcedIncompressibleFlow, "Vx"), (.burgers, _): .velocity(axis: 0)
    case (.compressibleFlow, "Vy"), (.forcedIncompressibleFlow, "Vy"): .velocity(axis: 1)
    case (.compressibleFlow, "Vz"): .velocity(axis: 2)
    case (.forcedIncompressibleFlow, "force_0"): VariableCharacter(.vector(axis: 0))
    case (.forcedIncompressibleFlow, "force_1"): VariableCharacter(.vector(axis: 1))
    case (.forcedIncompressibleFlow, _), (.advection, _): VariableCharacter(quantity: .conserved)
    case (.shallowWater, _): VariableCharacter(isPositive: true)
    default: VariableCharacter()
    }
  }
}
