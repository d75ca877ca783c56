import Foundation
import PDESolvers
import TensorCore

/// What the tests measure on flows.
extension Tensor {
  /// The values of one variable at one frame of `[time, variable, cells…]`.
  func field(frame: Int, variable: Int) -> [Float] {
    let cells = shape[2...].reduce(1, *)
    let start = (frame * shape[1] + variable) * cells
    return withUnsafeElements { Array($0[start..<start + cells]) }
  }

  /// The last frame of `[time, variable, cells…]`, as a state.
  var lastFrame: Tensor {
    let size = shape[1...].reduce(1, *)
    return withUnsafeElements { Tensor($0[($0.count - size)...], shape: Array(shape[1...])) }
  }

  /// The values of one variable of a state `[variable, cells…]`.
  func variable(_ index: Int) -> [Float] {
    let cells = shape[1...].reduce(1, *)
    return withUnsafeElements { Array($0[index * cells..<(index + 1) * cells]) }
  }
}

extension CompressibleFlow.Configuration {
  /// A state from a function of the cell center that gives density, pressure and velocity components.
  func state(_ value: (_ position: [Double]) -> [Double]) -> Tensor {
    let points = coordinates.reduce([[]]) { partial, axis in partial.flatMap { p in axis.map { p + [$0] } } }
    let values = points.map(value)
    return Tensor(
      (0..<2 + dimensions).flatMap { variable in values.map { Float($0[variable]) } }, shape: stateShape)
  }

  /// The means of density, energy and momentum components, in double precision.
  func conserved(_ state: Tensor) -> [Double] {
    let fields = (0..<2 + dimensions).map { state.variable($0).map(Double.init) }
    return (0..<2 + dimensions).map { variable in
      fields[0].indices.reduce(0) { sum, cell in
        let density = fields[0][cell]
        switch variable {
        case 0: return sum + density
        case 1:
          let kinetic = fields[2...].reduce(0) { $0 + 0.5 * density * $1[cell] * $1[cell] }
          return sum + fields[1][cell] / (heatCapacityRatio - 1) + kinetic
        default: return sum + density * fields[variable][cell]
        }
      } / Double(fields[0].count)
    }
  }
}

/// The mean absolute difference.
func meanError(_ computed: [Float], _ exact: [Double]) -> Double {
  zip(computed, exact).reduce(0) { $0 + abs(Double($1.0) - $1.1) } / Double(exact.count)
}
