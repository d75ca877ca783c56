/// The settings of one of PDEBench's published CFD files.
///
/// | Files | Grid | Frames |
/// |---|---|---|
/// | 1D | 1,024 cells on [−1, 1] | 101 to t = 1 |
/// | 2D | 128² or 512² cells on [0, 1]² | 21 to t = 1 |
/// | 3D | 128³ cells on [0, 1]³ | 21 to t = 1 |
///
/// Source: the data sets' names and contents, DOI 10.18419/darus-2986.
public struct FlowPreset: Sendable, Equatable {
  /// The name to choose it by, such as `2d-rand-m0.1-eta0.01-128`.
  public let name: String
  /// The name of PDEBench's file.
  public let fileName: String
  /// The equations, the grid and the frames.
  public let configuration: CompressibleFlow.Configuration
  /// The kind of initial states.
  public let initialState: InitialState
  /// The Mach number of the initial states; not used in 1D.
  public let machNumber: Double

  /// All presets, in 1D, 2D and 3D.
  public static let all: [FlowPreset] = lines + planes + volumes

  /// The preset of a name.
  ///
  /// - Parameter name: The name.
  /// - Returns: The preset, or `nil` if there is none of that name.
  public static func named(_ name: String) -> FlowPreset? { all.first { $0.name == name } }

  private static let lines: [FlowPreset] = [
    line(.rand, 0.01, .periodic), line(.rand, 0.1, .periodic), line(.rand, 1e-8, .periodic),
    line(.rand, 1e-8, .outgoing), line(.shock, 1e-8, .outgoing),
  ]

  private static let planes: [FlowPreset] =
    [0.1, 1].flatMap { mach in
      [
        plane(.rand, mach, 0.01, 128), plane(.rand, mach, 0.1, 128), plane(.rand, mach, 1e-8, 512),
        plane(.turbulence, mach, 1e-8, 512),
      ]
    }

  private static let volumes: [FlowPreset] = [volume(.rand), volume(.turbulence)]

  private static func line(
    _ state: InitialState, _ viscosity: Double, _ boundary: CompressibleFlow.Boundary
  ) -> FlowPreset {
    let outgoing = boundary == .outgoing ? "-trans" : ""
    // The 1D files write a hundred millionth in their own way.
    let text = viscosity == 1e-8 ? "1.e-8" : "\(viscosity)"
    return FlowPreset(
      name: "1d-\(state.shortName.lowercased())-eta\(viscosity == 1e-8 ? "1e-8" : text)\(outgoing)",
      fileName: "1D_CFD_\(state.shortName)_Eta\(text)_Zeta\(text)_\(boundary.shortName)_Train.hdf5",
      configuration: CompressibleFlow.Configuration(
        resolution: [1024], shearViscosity: viscosity, bulkViscosity: viscosity, boundary: boundary),
      initialState: state, machNumber: 1)
  }

  private static func plane(
    _ state: InitialState, _ mach: Double, _ viscosity: Double, _ resolution: Int
  ) -> FlowPreset {
    let configuration = CompressibleFlow.Configuration(
      resolution: [resolution, resolution], shearViscosity: viscosity, bulkViscosity: viscosity)
    let text = viscosity == 1e-8 ? "1e-8" : "\(viscosity)"
    return FlowPreset(
      name: "2d-\(state.shortName.lowercased())-m\(mach)-eta\(text)-\(resolution)",
      fileName: FlowFileName.make(configuration, state, machNumber: mach), configuration: configuration,
      initialState: state, machNumber: mach)
  }

  private static func volume(_ state: InitialState) -> FlowPreset {
    FlowPreset(
      name: "3d-\(state.shortName.lowercased())-m1.0-eta1e-8",
      fileName: "3D_CFD_\(state.shortName)_M1.0_Eta1e-08_Zeta1e-08_periodic_Train.hdf5",
      configuration: CompressibleFlow.Configuration(
        resolution: [128, 128, 128], shearViscosity: 1e-8, bulkViscosity: 1e-8),
      initialState: state, machNumber: 1)
  }
}
