import SystemFiles

extension FNO {
  /// What a model does at the ends of the domain, since its Fourier transforms take every field for periodic.
  public enum Boundary: Sendable, Equatable {
    /// PDEBench's way: the coordinates are inputs, and zeros follow at the high end.
    case zeros
    /// The fields are periodic: no coordinates and no padding, so that a translated flow is translated by the model too.
    case periodic
    /// Fields with open ends: each end value is repeated for a number of points, and the inputs are the distances from
    /// the middle, which a reflection leaves as they are.
    case open(points: Int)

    /// The number of inputs that say where a point is.
    func coordinates(ofAxes axes: Int) -> Int { self == .periodic ? 0 : axes }

    private static let key = "boundary"
    private static let pointsKey = "edge_points"

    /// The boundary that a checkpoint's metadata say; PDEBench's if they say none.
    init(_ weights: WeightShapes) throws(ModelMismatch) {
      switch try weights.setting(Self.key, among: ["periodic": "periodic", "open": "open"]) {
      case "periodic": self = .periodic
      case "open":
        guard let points = weights.metadata[Self.pointsKey].flatMap({ Int($0) }), (0...4096).contains(points)
        else {
          throw ModelMismatch("\(Self.pointsKey) says no number of points, expected 0 to 4096")
        }
        self = .open(points: points)
      default: self = .zeros
      }
    }

    /// What a checkpoint's metadata say of the boundary; nothing of PDEBench's.
    var metadata: [String: String] {
      switch self {
      case .zeros: [:]
      case .periodic: [Self.key: "periodic"]
      case .open(let points): [Self.key: "open", Self.pointsKey: "\(points)"]
      }
    }
  }
}
