import Foundation
import FourierTransforms
import TensorCore

/// Moves periodic fields by any distance, as the trigonometric polynomials that they are.
///
/// ```
/// f′(x) = f(x − d):   ĉ′ₖ = ĉₖ · e^(−i·k·d)
/// ```
///
/// The highest mode of an even extent, (−1)ʲ at the points, is the one that e^(−i·k·d) would make complex, and whose real part
/// would be lost half a cell away. It moves by the nearest whole number of cells: its sign may change, and moving back changes
/// it back. So a move by whole cells moves the values from point to point, and every move can be undone.
struct FieldShift: Sendable {
  private let transform: TruncatedTransform
  private let shape: [Int]
  private let spacings: [Double]

  /// Shifts on the grid of a system.
  ///
  /// - Precondition: All axes are periodic with evenly spaced points.
  init(_ system: FieldSystem) {
    shape = system.shape
    spacings = system.axes.map(\.spacing)
    transform = TruncatedTransform(complete: system.shape)
  }

  /// Fields moved by a distance for each sample and frame.
  ///
  /// - Parameters:
  ///   - fields: `[samples, frames, variables, points…]` or fewer leading axes, of which the last is the variables.
  ///   - distances: The distance along each axis, for each of the groups of variables, `[group][axis]`.
  /// - Returns: Fields of the same shape. Groups that do not move keep their bits.
  func callAsFunction(_ fields: Tensor, by distances: [[Double]]) -> Tensor {
    let points = shape.reduce(1, *)
    let variables = fields.count / max(distances.count * points, 1)
    guard fields.count > 0, distances.contains(where: { $0.contains { $0 != 0 } }) else { return fields }
    var result = Tensor(uninitialized: fields.shape)
    let (source, target) = (fields.storage, result.mutableStorage())
    let (group, modes) = (variables * points, transform.count)
    let spectra = variables * 2 * modes
    parallelFor(distances.count, scratch: spectra + 16 + transform.scratchCount) { index, scratch in
      let (from, to) = (source.base + index * group, target.base + index * group)
      guard distances[index].contains(where: { $0 != 0 }) else { return to.update(from: from, count: group) }
      // Scratch space of transforms is aligned like its start.
      let spectrum = scratch + (transform.scratchCount + 15) / 16 * 16
      transform.apply(.transform, fields: from, lines: variables, spectra: spectrum, scratch: scratch)
      let phases = zip(shape.indices, distances[index]).map { self.phases(axis: $0, distance: $1) }
      for variable in 0..<variables {
        let real = spectrum + variable * 2 * modes
        turn(real, real + modes, phases)
      }
      to.update(repeating: 0, count: group)
      transform.apply(.inverse, spectra: spectrum, lines: variables, addingTo: to, scratch: scratch)
    }
    return result
  }

  /// The factors of the modes along an axis, in the order of a spectrum.
  private func phases(axis: Int, distance: Double) -> (cosines: [Float], sines: [Float]) {
    let extent = shape[axis]
    let cells = distance / spacings[axis]
    let count = axis == shape.count - 1 ? extent / 2 + 1 : extent
    var (cosines, sines) = ([Float](repeating: 1, count: count), [Float](repeating: 0, count: count))
    guard cells != 0 else { return (cosines, sines) }
    // e^(−i·k·d) is a power of the first mode's factor; in double precision a thousand products lose nothing that a float has.
    let angle = -2 * Double.pi * (cells / Double(extent)).remainder(dividingBy: 1)
    let (stepCosine, stepSine) = (cos(angle), sin(angle))
    var (cosine, sine) = (1.0, 0.0)
    for frequency in 1..<max(extent / 2 + 1, 1) {
      (cosine, sine) = (cosine * stepCosine - sine * stepSine, cosine * stepSine + sine * stepCosine)
      if 2 * frequency == extent {
        cosines[frequency] = cells.rounded().remainder(dividingBy: 2) == 0 ? 1 : -1
      } else {
        (cosines[frequency], sines[frequency]) = (Float(cosine), Float(sine))
        if count == extent {
          (cosines[extent - frequency], sines[extent - frequency]) = (Float(cosine), Float(-sine))
        }
      }
    }
    return (cosines, sines)
  }

  /// Multiplies the modes of one field by the product of their axes' factors.
  private func turn(
    _ real: UnsafeMutablePointer<Float>, _ imaginary: UnsafeMutablePointer<Float>,
    _ phases: [(cosines: [Float], sines: [Float])]
  ) {
    guard let last = phases.last else { return }
    let length = last.cosines.count
    let outer = phases.dropLast()
    for line in 0..<(transform.count / length) {
      var (rest, cosine, sine) = (line, Float(1), Float(0))
      for phase in outer.reversed() {
        let place = rest % phase.cosines.count
        rest /= phase.cosines.count
        (cosine, sine) = (
          cosine * phase.cosines[place] - sine * phase.sines[place],
          cosine * phase.sines[place] + sine * phase.cosines[place]
        )
      }
      let (x, y) = (real + line * length, imaginary + line * length)
      last.cosines.withUnsafeBufferPointer { cosines in
        last.sines.withUnsafeBufferPointer { sines in
          for mode in 0..<length {
            let c = cosine * cosines[mode] - sine * sines[mode]
            let s = cosine * sines[mode] + sine * cosines[mode]
            (x[mode], y[mode]) = (c * x[mode] - s * y[mode], c * y[mode] + s * x[mode])
          }
        }
      }
    }
  }
}
