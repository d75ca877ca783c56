package import TensorCore

/// Count, mean, spread and range of numbers that arrive block by block, in double precision.
///
/// Blocks are joined by the pairwise update of Chan, Golub and LeVeque (*Updating Formulae and a Pairwise Algorithm for
/// Computing Sample Variances*, 1979), which does not cancel as the difference of two large sums does:
///
/// ```
/// δ = m₂ − m₁,   m = m₁ + δ·n₂/n,   M = M₁ + M₂ + δ²·n₁·n₂/n
/// ```
///
/// The result depends on the blocks and their order alone.
package struct RunningMoments {
  private(set) var count = 0
  /// The mean of the numbers so far.
  package private(set) var mean = 0.0
  private(set) var minimum = Float.infinity
  private(set) var maximum = -Float.infinity
  /// The sum of the squared deviations from the mean.
  private var squares = 0.0

  /// Moments of no numbers yet.
  package init() {}

  /// The root of the mean squared deviation from the mean; zero for no numbers.
  package var standardDeviation: Double { count > 0 ? (squares / Double(count)).squareRoot() : 0 }

  /// The root of the mean square; zero for no numbers.
  package var rootMeanSquare: Double {
    (mean * mean + standardDeviation * standardDeviation).squareRoot()
  }

  /// Adds the elements of a tensor, finite numbers.
  package mutating func add(_ tensor: Tensor) { tensor.withUnsafeElements { add($0) } }

  /// Adds a block of finite numbers.
  mutating func add(_ values: UnsafeBufferPointer<Float>) { merge(RunningMoments(values)) }

  /// The moments of a block of finite numbers.
  init(_ values: UnsafeBufferPointer<Float>) {
    guard !values.isEmpty else { return }
    count = values.count
    mean = Self.sum(values) { $0 } / Double(values.count)
    let center = SIMD8(repeating: mean)
    squares = Self.sum(values) { ($0 - center) * ($0 - center) }
    for value in values {
      minimum = Float.minimum(minimum, value)
      maximum = Float.maximum(maximum, value)
    }
  }

  /// The moments that ``numbers`` are of.
  init(_ numbers: ArraySlice<Double>) {
    let numbers = Array(numbers)
    (count, mean, squares) = (Int(numbers[0]), numbers[1], numbers[2])
    (minimum, maximum) = (Float(numbers[3]), Float(numbers[4]))
  }

  /// The moments as numbers, bit for bit.
  var numbers: [Double] { [Double(count), mean, squares, Double(minimum), Double(maximum)] }

  /// How many ``numbers`` there are.
  static let numberCount = 5

  /// Joins the moments of other numbers.
  mutating func merge(_ other: RunningMoments) {
    guard other.count > 0 else { return }
    let total = Double(count + other.count)
    let difference = other.mean - mean
    mean += difference * Double(other.count) / total
    squares += other.squares + difference * difference * Double(count) * Double(other.count) / total
    count += other.count
    minimum = min(minimum, other.minimum)
    maximum = max(maximum, other.maximum)
  }

  /// The sum of a function of each number, in eight interleaved partial sums.
  private static func sum(
    _ values: UnsafeBufferPointer<Float>, _ transform: (SIMD8<Double>) -> SIMD8<Double>
  ) -> Double {
    let bytes = UnsafeRawBufferPointer(values)
    let vectors = values.count / 8
    var partial = SIMD8<Double>.zero
    for index in 0..<vectors {
      partial += transform(
        SIMD8<Double>(bytes.loadUnaligned(fromByteOffset: 32 * index, as: SIMD8<Float>.self)))
    }
    var total = partial.sum()
    for value in values[(8 * vectors)...] { total += transform(SIMD8(repeating: Double(value)))[0] }
    return total
  }
}
