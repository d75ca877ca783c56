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

  /// A few long waves, different in each sample, with units and motion of its own: `[samples, variables, x…]`.
  static func smooth(_ system: FieldSystem, samples: Int) -> Tensor {
    var points: [[Double]] = [[]]
    for count in system.shape {
      let angles: [Double] = (0..<count).map { 2 * Double.pi * (Double($0) + 0.5) / Double(count) }
      points = points.flatMap { point in angles.map { point + [$0] } }
    }
    var elements: [Float] = []
    for sample in 0..<samples {
      let unit = Double(1 + sample)
      for variable in system.variables.indices {
        for point in points {
          var phase = Double(variable * (sample + 2))
          for (axis, angle) in point.enumerated() {
            phase += Double(1 + (axis + variable + sample) % 2) * angle
          }
          let wave: Double = sin(phase) + 0.3 * cos(point[0] + phase)
          let value: Double
          switch variable {
          case 0: value = unit * (2 + wave)
          case 1: value = 9 / unit * (2 + 0.5 * wave)
          default: value = 0.4 * unit + wave
          }
          elements.append(Float(value))
        }
      }
    }
    return Tensor(elements, shape: [samples, system.variables.count] + system.shape)
  }
}

extension SymmetryElement {
  /// A vector as it becomes.
  func vector(_ components: [Double]) -> [Double] {
    zip(map.sources, map.isReflected).map { $1 ? -components[$0] : components[$0] }
  }
}
