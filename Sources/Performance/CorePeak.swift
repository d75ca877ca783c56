import TensorCore
import Training

/// What one core of this machine reaches: measured, not read from a data sheet.
package struct CorePeak: Sendable, Encodable {
  /// Floating-point operations a second of a large matrix product in single precision, by the faster of the package's two kernels.
  package let operationsPerSecond: Double
  /// Bytes read and written a second when an array as large as a flow is copied.
  package let copiedBytesPerSecond: Double

  private enum CodingKeys: String, CodingKey {
    case operationsPerSecond = "operations_per_second"
    case copiedBytesPerSecond = "copied_bytes_per_second"
  }

  /// Measures, in the calling thread; about a second.
  ///
  /// - Parameter bytes: The size of the array that is copied.
  package init(copying bytes: Int) {
    let size = 768
    let a = Tensor(repeating: 0.5, shape: [size, size])
    var c = Tensor(repeating: 0, shape: [size, size])
    let product = BLAS.Method.allCases.map { method in
      Self.fastest(of: 8) {
        a.withUnsafeElements { a in
          c.withUnsafeMutableElements { c in
            guard let a = a.baseAddress, let c = c.baseAddress else { return }
            BLAS.multiply(
              rows: size, columns: size, inner: size, a, stride: size, a, stride: size, into: c, stride: size,
              by: method)
          }
        }
      }
    }.reduce(.infinity, min)
    operationsPerSecond = 2 * Double(size * size * size) / product

    let count = max(bytes / MemoryLayout<Float>.stride, 1)
    let source = Tensor(repeating: 1, shape: [count])
    var target = Tensor(repeating: 0, shape: [count])
    let times = max((64 << 20) / bytes, 1)
    let copy = Self.fastest(of: 8) {
      source.withUnsafeElements { source in
        target.withUnsafeMutableElements { target in
          for _ in 0..<times { _ = target.update(fromContentsOf: source) }
        }
      }
    }
    copiedBytesPerSecond = 2 * Double(times * count * MemoryLayout<Float>.stride) / copy
  }

  /// The seconds of the fastest of some runs.
  private static func fastest(of runs: Int, _ body: () -> Void) -> Double {
    (0..<runs).map { _ in ContinuousClock().measure(body).seconds }.reduce(.infinity, min)
  }
}
