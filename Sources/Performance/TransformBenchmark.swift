import FourierTransforms
import TensorCore
import Training

/// Times the two methods of truncated transforms against each other: what ``TruncatedTransform/Costs`` were taken from.
package enum TransformBenchmark {
  /// Median times of one transform, and what there is to do for it.
  package struct Measurement: Sendable, Encodable {
    /// The field's extents.
    package let shape: [Int]
    /// Kept modes along each axis.
    package let modes: Int
    /// Nanoseconds a field by products with cosines and sines.
    package let matrices: Double
    /// Nanoseconds a field by FFTs.
    package let fast: Double
    /// Whether the package takes the matrices.
    package let areMatricesTaken: Bool
    fileprivate let work: TruncatedTransform.Work

    private enum CodingKeys: String, CodingKey {
      case shape, modes
      case matrices = "matrices_ns"
      case fast = "fft_ns"
      case areMatricesTaken = "matrices_taken"
    }
  }

  /// What the parts of a transform cost, in nanoseconds on one core.
  package struct Costs: Sendable, Encodable {
    /// A product with a cosine or sine; a point of an FFT along the last axis, and of one along the others, each where the
    /// extent has small prime factors alone and where it has a large one.
    package let product, real, realLargePrime, complex, complexLargePrime: Double

    private enum CodingKeys: String, CodingKey {
      case product, real, complex
      case realLargePrime = "real_large_prime"
      case complexLargePrime = "complex_large_prime"
    }

    fileprivate init(_ costs: TruncatedTransform.Costs) {
      product = costs.product
      (real, realLargePrime) = costs.real
      (complex, complexLargePrime) = costs.complex
    }

    /// Those by which methods are chosen.
    package static let inUse = Costs(.inUse)
  }

  /// Fields in one call.
  private static let lines = 20

  /// Times one transform from fields to spectra, on one thread.
  ///
  /// - Parameters:
  ///   - shape: The field's extents.
  ///   - modes: Kept modes along each axis.
  ///   - repeats: Calls of each method that are timed, in turn, after one to warm up.
  /// - Returns: The medians.
  package static func measure(shape: [Int], modes: Int, repeats: Int) -> Measurement {
    let kept = shape.map { _ in modes }
    let methods = [TruncatedTransform.Method.matrices, .fast].map {
      TruncatedTransform(shape: shape, modes: kept, method: $0)
    }
    let fields = Tensor.noise([1, lines] + shape, index: 0)
    func nanoseconds(_ transform: TruncatedTransform) -> Double {
      ContinuousClock().measure { _ = transform.spectra(of: fields, .transform) }.seconds * 1e9
        / Double(lines)
    }
    for method in methods { _ = nanoseconds(method) }
    let times = (0..<repeats).map { _ in methods.map(nanoseconds) }
    func median(_ place: Int) -> Double { times.map { $0[place] }.upperMedian }
    let work = TruncatedTransform.Work(shape: shape, modes: kept)
    return Measurement(
      shape: shape, modes: modes, matrices: median(0), fast: median(1),
      areMatricesTaken: work.costOfMatrices(.inUse) < work.costOfFFT(.inUse), work: work)
  }

  /// The costs that fit some measurements: medians of time for the work.
  ///
  /// - Parameter measurements: Some in one and in two dimensions, of extents with and without a large prime factor.
  /// - Returns: The costs; those in use where no measurement tells one.
  package static func costs(fitting measurements: [Measurement]) -> Costs {
    var costs = TruncatedTransform.Costs.inUse
    func median(_ values: [Double], _ cost: inout Double) {
      if !values.isEmpty { cost = values.upperMedian }
    }
    median(measurements.map { $0.matrices / $0.work.products }, &costs.product)
    let lines = measurements.filter { $0.shape.count == 1 }
    func real(_ isLarge: Bool) -> [Double] {
      lines.filter { $0.work.isRealOfLargePrime == isLarge }.map { $0.fast / $0.work.realPoints }
    }
    median(real(false), &costs.real.usual)
    median(real(true), &costs.real.largePrime)
    let known = costs
    func complex(_ points: (TruncatedTransform.Work) -> Double) -> [Double] {
      measurements.filter { points($0.work) > 0 }.map { one in
        let ofReal =
          one.work.realPoints * (one.work.isRealOfLargePrime ? known.real.largePrime : known.real.usual)
        return max(one.fast - ofReal, 0) / points(one.work)
      }
    }
    median(complex { $0.complexPoints.largePrime > 0 ? 0 : $0.complexPoints.usual }, &costs.complex.usual)
    median(
      complex { $0.complexPoints.usual > 0 ? 0 : $0.complexPoints.largePrime }, &costs.complex.largePrime)
    return Costs(costs)
  }
}
