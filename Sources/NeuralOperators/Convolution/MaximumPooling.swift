public import Autodiff
import TensorCore

/// The largest value in each window of each channel, in 1, 2 or 3 dimensions.
///
/// `[samples, channels, points…]` becomes `[samples, channels, windows…]` with ⌊(points − window) / stride⌋ + 1 windows
/// along each axis. The gradient goes to the first of the largest values in row-major order. A NaN counts as largest.
public struct MaximumPooling: Sendable, Equatable {
  /// The extents of a window.
  public let window: [Int]
  /// The distance between windows along each axis.
  public let stride: [Int]

  /// Pooling for fields with as many axes as `window` has entries, 1 to 3.
  ///
  /// - Parameters:
  ///   - window: The extents of a window.
  ///   - stride: The distance between windows along each axis; the window's extents unless given.
  /// - Precondition: All are positive, and a window has at most 256 points.
  public init(window: [Int], stride: [Int]? = nil) {
    self.window = window
    self.stride = stride ?? window
    precondition(
      (1...3).contains(window.count) && self.stride.count == window.count
        && (window + self.stride).allSatisfy { $0 > 0 } && window.reduce(1, *) <= 256,
      "no pooling has windows \(window) and stride \(self.stride)")
  }

  /// The pooled field.
  public func callAsFunction(_ x: Variable) -> Variable {
    let shape = x.shape
    let geometry = WindowGeometry(
      input: Array(shape[2...]), kernel: window, stride: stride,
      padding: Array(repeating: 0, count: window.count))
    let (fields, offsets) = (shape[0] * shape[1], geometry.windowOffsets)
    var result = Tensor(uninitialized: Array(shape[..<2]) + geometry.output.suffix(window.count))
    // Which point of its window was the largest, a byte each; kept only for a gradient.
    let choices = ByteStorage(count: x.needsGradient ? result.count : 0)
    let (source, target) = (x.value.storage, result.mutableStorage())
    parallelFor(fields) { field in
      let (from, to) = (
        source.base + field * geometry.inputPoints, target.base + field * geometry.outputPoints
      )
      let chosen = choices.base.map { $0 + field * geometry.outputPoints }
      geometry.forEachWindow { index, start in
        var (best, choice) = (from[start], 0)
        for (place, offset) in offsets.enumerated() where !(from[start + offset] <= best) {
          guard !best.isNaN else { break }
          (best, choice) = (from[start + offset], place)
        }
        to[index] = best
        chosen?[index] = UInt8(choice)
      }
    }

    return .primitive(result, inputs: [x]) { gradient in
      var inputGradient = Tensor.zeros(shape)
      let (g, target) = (gradient.storage, inputGradient.mutableStorage())
      parallelFor(fields) { field in
        guard let chosen = choices.base.map({ $0 + field * geometry.outputPoints }) else { return }
        let (from, to) = (g.base + field * geometry.outputPoints, target.base + field * geometry.inputPoints)
        geometry.forEachWindow { index, start in to[start + offsets[Int(chosen[index])]] += from[index] }
      }
      return [inputGradient]
    }
  }
}

/// A buffer of bytes.
private final class ByteStorage: @unchecked Sendable {
  // Safety: a parallel loop writes only what belongs to its index; afterwards it is read only.
  let base: UnsafeMutablePointer<UInt8>?

  init(count: Int) { base = count > 0 ? .allocate(capacity: count) : nil }

  deinit { base?.deallocate() }
}

extension WindowGeometry {
  /// Where the points of a window stand, counted from its first, in row-major order.
  fileprivate var windowOffsets: [Int] {
    (0..<kernelPoints).map { point in
      let (line, x) = point.quotientAndRemainder(dividingBy: kernel[2])
      let (z, y) = line.quotientAndRemainder(dividingBy: kernel[1])
      return (z * input[1] + y) * input[2] + x
    }
  }

  /// Calls `body` with every window's number and the place of its first point in the field.
  fileprivate func forEachWindow(_ body: (_ index: Int, _ start: Int) -> Void) {
    var index = 0
    for z in 0..<output[0] {
      for y in 0..<output[1] {
        let line = (z * stride[0] * input[1] + y * stride[1]) * input[2]
        for x in 0..<output[2] {
          body(index, line + x * stride[2])
          index += 1
        }
      }
    }
  }
}
