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
    let fields = shape[0] * shape[1]
    var result = Tensor(uninitialized: Array(shape[..<2]) + geometry.output.suffix(window.count))
    // Which point of its window was the largest, a byte each.
    let choices = ByteStorage(count: result.count)
    let (source, target, windows) = (x.value.storage, result.mutableStorage(), geometry.windows)
    parallelFor(fields) { field in
      let place = field * geometry.outputPoints
      withUnsafePointer(to: windows) {
        vm_pool($0, source.base + field * geometry.inputPoints, target.base + place, choices.base + place)
      }
    }

    return .primitive(result, inputs: [x]) { gradient in
      var inputGradient = Tensor(uninitialized: shape)
      let (g, target) = (gradient.storage, inputGradient.mutableStorage())
      parallelFor(fields) { field in
        let place = field * geometry.outputPoints
        withUnsafePointer(to: windows) {
          vm_pool_gradient(
            $0, g.base + place, choices.base + place, target.base + field * geometry.inputPoints)
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
