import Foundation
import Symmetries
import TensorCore
import TestSupport

/// Systems and fields that the tests share.
enum Fields {
  /// A gas in periodic cells of a unit box, or one of other lengths.
  static func gas(_ shape: [Int], lengths: [Double]? = nil, isPeriodic: Bool? = true) -> FieldSystem {
    let letters = ["x", "y", "z"]
    var system = FieldSystem(
      variables: ["density", "pressure"] + letters.prefix(shape.count).map { "V\($0)" },
      characters: [.density, .pressure] + shape.indices.map { .velocity(axis: $0) },
      axes: shape.enumerated().map {
        .init(letters[$0], points: $1, length: lengths?[$0] ?? 1, isPeriodic: isPeriodic)
      }, gamma: 5.0 / 3)
    system.symmetries = Symmetry.all(dimensions: shape.count).filter { symmetry in
      (try? system.check(symmetry)) != nil
    }
    system.conserved = ConservedQuantity.allCases.filter { quantity in
      (try? system.check(quantity)) != nil
    }
    return system
  }

  /// Frames of a gas whose samples differ in units and motion, `[leading…, variables, x…]`: positive density and pressure.
  static func frames(_ system: FieldSystem, leading: [Int], seed: UInt64 = 1) -> Tensor {
    let (variables, points) = (system.variables.count, system.shape.reduce(1, *))
    let noise = GradientCheck.random(leading + [variables] + system.shape, seed: seed)
    var elements = noise.elements
    for index in elements.indices {
      let (sample, variable) = (index / (points * variables), index / points % variables)
      let unit = Float(1 + sample % 5)
      elements[index] =
        switch variable {
        case 0: unit * (2 + elements[index])
        case 1: 7 / unit * (2 + elements[index])
        default: 0.3 * unit + elements[index]
        }
    }
    return Tensor(elements, shape: noise.shape)
  }
}

/// The largest difference over the largest magnitude.
func relativeDifference(_ found: Tensor, _ expected: Tensor) -> Float {
  guard found.shape == expected.shape else { return .infinity }
  let size = expected.elements.reduce(0) { max($0, abs($1)) }
  return zip(found.elements, expected.elements).reduce(0) { max($0, abs($1.0 - $1.1)) } / max(size, 1e-30)
}
