import Autodiff
import SystemFiles
import TensorCore

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

/// Fields continued beyond both ends of each axis by copies of the end values, and cropped again.
struct EdgeContinuation {
  let points: Int

  /// `[samples, channels, x + 2·points…]` of `[samples, channels, x…]`.
  func extended(_ field: Variable) -> Variable {
    guard points > 0 else { return field }
    return (2..<field.shape.count).reduce(field) { field, axis in
      let last = field.shape[axis] - 1
      let low = Array(repeating: field.sliced(axis: axis, 0..<1), count: points)
      let high = Array(repeating: field.sliced(axis: axis, last..<(last + 1)), count: points)
      return .concatenated(low + [field] + high, axis: axis)
    }
  }

  /// The reverse of ``extended(_:)``.
  func cropped(_ field: Variable) -> Variable {
    guard points > 0 else { return field }
    return (2..<field.shape.count).reduce(field) { field, axis in
      field.sliced(axis: axis, points..<(field.shape[axis] - points))
    }
  }

  /// The distances |x − middle| of the points of the continued grid along each axis, `[axes, x + 2·points…]`; beyond the
  /// ends they go on.
  func distances(of grid: Tensor) -> Tensor {
    let shape = Array(grid.shape[1...])
    let larger = shape.map { $0 + 2 * points }
    var elements: [Float] = []
    elements.reserveCapacity(larger.reduce(grid.shape[0], *))
    grid.withUnsafeElements { values in
      let count = shape.reduce(1, *)
      for axis in shape.indices {
        let inner = shape[(axis + 1)...].reduce(1, *)
        let (first, last) = (values[axis * count], values[axis * count + (shape[axis] - 1) * inner])
        let (middle, spacing) = ((first + last) / 2, (last - first) / Float(shape[axis] - 1))
        let largerInner = larger[(axis + 1)...].reduce(1, *)
        for point in 0..<larger.reduce(1, *) {
          let index = point / largerInner % larger[axis] - points
          elements.append(abs(first + Float(index) * spacing - middle))
        }
      }
    }
    return Tensor(elements, shape: [grid.shape[0]] + larger)
  }
}
