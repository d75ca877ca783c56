public import Autodiff
import CVectorMath
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
    let (line, step) = (geometry.output[2], geometry.stride[2])
    var result = Tensor(uninitialized: Array(shape[..<2]) + geometry.output.suffix(window.count))
    // Which point of its window was the largest, a byte each.
    let choices = ByteStorage(count: result.count)
    let (source, target) = (x.value.storage, result.mutableStorage())
    parallelFor(fields) { field in
      for index in 0..<geometry.outputLines {
        let place = field * geometry.outputPoints + index * line
        let from = source.base + field * geometry.inputPoints + geometry.firstPoint(ofLine: index)
        let (best, choice) = (target.base + place, choices.base + place)
        for window in 0..<line { best[window] = from[window * step] }
        choice.update(repeating: 0, count: line)
        for (point, offset) in offsets.enumerated().dropFirst() {
          vm_maximum(best, choice, from + offset, step, UInt8(point), line)
        }
      }
    }

    return .primitive(result, inputs: [x]) { gradient in
      var inputGradient = Tensor(uninitialized: shape)
      let (g, target) = (gradient.storage, inputGradient.mutableStorage())
      parallelFor(fields) { field in
        let to = target.base + field * geometry.inputPoints
        to.update(repeating: 0, count: geometry.inputPoints)
        for index in 0..<geometry.outputLines {
          let place = field * geometry.outputPoints + index * line
          for (point, offset) in offsets.enumerated() {
            vm_add_chosen(
              to + geometry.firstPoint(ofLine: index) + offset, step, g.base + place, choices.base + place,
              UInt8(point), line)
          }
        }
      }
      return [inputGradient]
    }
  }
}

/// A buffer of bytes from the pool of tensors.
private struct ByteStorage {
  private let storage: TensorStorage

  init(count: Int) { storage = TensorStorage(count: (count + 3) / 4) }

  var base: UnsafeMutablePointer<UInt8> {
    UnsafeMutableRawPointer(storage.base).assumingMemoryBound(to: UInt8.self)
  }
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

  /// Where the first window of a line of windows begins.
  fileprivate func firstPoint(ofLine line: Int) -> Int {
    let (z, y) = line.quotientAndRemainder(dividingBy: output[1])
    return (z * stride[0] * input[1] + y * stride[1]) * input[2]
  }
}
