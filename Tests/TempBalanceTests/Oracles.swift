import Foundation
import TempBalance
import TensorCore
import TestSupport
import Testing

/// The squared singular values of a matrix by one-sided Jacobi rotations, in ascending order: slow, simple, and sharing
/// nothing with the code under test. Columns are made orthogonal in pairs; their lengths are then the singular values.
func squaredSingularValues(rows: Int, columns: Int, _ element: (Int, Int) -> Double) -> [Double] {
  var vectors = (0..<columns).map { column in (0..<rows).map { element($0, column) } }
  if columns > rows { return squaredSingularValues(rows: columns, columns: rows) { element($1, $0) } }
  func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
  for _ in 0..<30 {
    for first in 0..<columns {
      for second in first + 1..<max(columns, first + 1) {
        let (a, b) = (vectors[first], vectors[second])
        let product = dot(a, b)
        guard abs(product) > 1e-300 else { continue }
        let ratio = (dot(b, b) - dot(a, a)) / (2 * product)
        let tangent = (ratio >= 0 ? 1.0 : -1.0) / (abs(ratio) + (1 + ratio * ratio).squareRoot())
        let cosine = 1 / (1 + tangent * tangent).squareRoot()
        let sine = cosine * tangent
        vectors[first] = zip(a, b).map { cosine * $0 - sine * $1 }
        vectors[second] = zip(a, b).map { sine * $0 + cosine * $1 }
      }
    }
  }
  return vectors.map { dot($0, $0) }.sorted()
}

/// A tensor of numbers uniform in ±1.
func randomTensor(_ shape: [Int], index: Int = 0, scale: Float = 1) -> Tensor {
  var generator = CounterGenerator(seed: 20_241_016, purpose: .test, index: index)
  return Tensor((0..<shape.reduce(1, *)).map { _ in scale * (2 * generator.uniform() - 1) }, shape: shape)
}

/// Whether two lists of eigenvalues agree, relative to the largest.
func agree(_ found: [Double], _ expected: [Double], within tolerance: Double) -> Bool {
  let scale = expected.max() ?? 1
  return found.count == expected.count
    && zip(found, expected).allSatisfy { abs($0 - $1) <= tolerance * scale }
}

/// The analysis of a linear layer with the given eigenvalues: a diagonal matrix of their roots.
func analysis(
  named name: String = "layer", eigenvalues: [Double], by analyzer: LayerAnalyzer = LayerAnalyzer()
) throws -> LayerAnalysis {
  var matrix = Tensor.zeros([eigenvalues.count, eigenvalues.count])
  for (index, value) in eigenvalues.enumerated() { matrix[index, index] = Float(value.squareRoot()) }
  let layer = try LayerWeights(name: name, kind: .linear, tensors: [matrix])
  return try #require(analyzer.analyze([layer]).first)
}

/// Eigenvalues at the quantiles of a power law p(λ) ∝ λ^(−α) for λ ≥ 1: their α is known.
func powerLawEigenvalues(alpha: Double, count: Int) -> [Double] {
  (0..<count).map { index in pow(1 - (Double(index) + 0.5) / Double(count), -1 / (alpha - 1)) }
}
