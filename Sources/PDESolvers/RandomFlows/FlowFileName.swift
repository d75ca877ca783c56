import SystemFiles

/// File names in PDEBench's manner.
public enum FlowFileName {
  /// The name of a file of flows, such as `2D_CFD_Rand_M0.1_Eta0.01_Zeta0.01_periodic_128_Train.hdf5`.
  ///
  /// - Parameters:
  ///   - configuration: The equations, the grid and the frames.
  ///   - initialState: The kind of initial states.
  ///   - machNumber: The Mach number of the initial states; left out in 1D.
  /// - Returns: The name, without a folder.
  public static func make(
    _ configuration: CompressibleFlow.Configuration, _ initialState: InitialState, machNumber: Double
  ) -> String {
    let dimensions = configuration.dimensions
    let mach = InitialState.hasMachNumber(dimensions: dimensions) ? "_M\(machNumber)" : ""
    let isCube = configuration.resolution.allSatisfy { $0 == configuration.resolution[0] }
    let resolution = configuration.resolution.prefix(isCube ? 1 : dimensions).map(String.init)
    let stress = configuration.stress == .pdebench ? "" : "_\(configuration.stress.rawValue)"
    return
      "\(dimensions)D_CFD_\(initialState.shortName)\(mach)_Eta\(configuration.shearViscosity)"
      + "_Zeta\(configuration.bulkViscosity)\(stress)_\(configuration.boundary.shortName)"
      + "_\(resolution.joined(separator: "x"))_Train.hdf5"
  }

  /// The viscosities that a file's name speaks of, as in `1D_CFD_Rand_Eta1.e-8_Zeta1.e-8_trans_Train.hdf5`, for files that do not
  /// store them.
  ///
  /// - Parameter fileName: The name, with or without folders.
  /// - Returns: η and ζ, each `nil` if the name does not say.
  public static func viscosities(in fileName: String) -> (shear: Double?, bulk: Double?) {
    let name = FilePath.name(of: fileName)
    let ending = FilePath.ending(of: name)
    // The digits behind a point are no ending.
    let isEnding = ending.first?.isLetter == true
    let words = name.dropLast(isEnding ? ending.count + 1 : 0).split(separator: "_")
    func number(after letters: String) -> Double? {
      words.lazy.filter { $0.hasPrefix(letters) }.compactMap { Double($0.dropFirst(letters.count)) }.first
    }
    return (number(after: "Eta"), number(after: "Zeta"))
  }
}

extension InitialState {
  var shortName: String {
    switch self {
    case .rand: "Rand"
    case .randEqual: "RandEqual"
    case .shock: "Shock"
    case .turbulence: "Turb"
    case .shear: "Shear"
    }
  }
}

extension CompressibleFlow.Boundary {
  var shortName: String { self == .periodic ? "periodic" : "trans" }
}
