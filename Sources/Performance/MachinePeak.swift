import TensorCore
import Training

/// The most that this machine does in a second, measured by this process: what to hold a program's speed against.
///
/// The machine's data sheet would be another measure, but neither a shared machine nor a real program reaches it.
public struct MachinePeak: Codable, Sendable, Equatable {
  /// Floating-point operations a second of large single-precision matrix products, one on every thread, by the faster of the package's
  /// two kernels.
  public let operationsPerSecond: Double
  /// Bytes a second that are read and written by copies of arrays larger than the caches, one on every thread.
  public let bytesPerSecond: Double

  private static let rounds = 5

  /// Measures for about a second; the best of several rounds counts.
  ///
  /// - Returns: What the threads of ``WorkerPool/threads`` reach together.
  public static func measured() -> MachinePeak {
    let threads = WorkerPool.threads
    let size = 1024
    let factors = (0..<threads).map { _ in Tensor(repeating: 1, shape: [size, size]) }
    var products = factors
    let targets = products.indices.map { products[$0].mutableStorage() }
    let product = BLAS.Method.allCases.map { method in
      bestSeconds {
        parallelFor(threads) { thread in
          let factor = factors[thread].storage.base
          BLAS.multiply(
            rows: size, columns: size, inner: size, factor, stride: size, factor, stride: size,
            into: targets[thread].base, stride: size, by: method)
        }
      }
    }.reduce(.infinity, min)
    // 128 MiB read and as much written, more than the third-level caches hold.
    let count = max((32 << 20) / threads, 4 << 20)
    let sources = (0..<threads).map { _ in Tensor(repeating: 1, shape: [count]) }
    var copies = sources
    let places = copies.indices.map { copies[$0].mutableStorage() }
    let copy = bestSeconds {
      parallelFor(threads) { thread in
        places[thread].base.update(from: sources[thread].storage.base, count: count)
      }
    }
    let bytes = 2 * count * MemoryLayout<Float>.stride
    return MachinePeak(
      operationsPerSecond: Double(threads * 2 * size * size * size) / product,
      bytesPerSecond: Double(threads * bytes) / copy)
  }

  private static func bestSeconds(_ work: () -> Void) -> Double {
    // Once before, so that threads are started and pages are there.
    work()
    let times = (0..<rounds).map { _ in ContinuousClock().measure(work).seconds }
    return times.min() ?? .infinity
  }

  private enum CodingKeys: String, CodingKey {
    case operationsPerSecond = "operations_per_second"
    case bytesPerSecond = "bytes_per_second"
  }
}
