import TensorCore
import Training

/// Times the two kernels of matrix products against each other: the table behind the rule by which `BLAS` chooses.
package struct ProductBenchmark: Sendable {
  /// A product C = op(A)·op(B).
  package struct Shape: Sendable {
    /// Rows of C, its columns, and the terms of a sum.
    package let rows, columns, inner: Int
    /// Which factors are stored transposed, as in `A·Bᵀ`.
    package let form: String

    package init(rows: Int, columns: Int, inner: Int, form: String) {
      (self.rows, self.columns, self.inner, self.form) = (rows, columns, inner, form)
    }
  }

  /// Median rates of one product.
  package struct Measurement: Sendable, Encodable {
    /// How the factors are stored, as in `A·Bᵀ`.
    package let form: String
    /// Rows of the product, its columns, and the terms of a sum.
    package let rows, columns, inner: Int
    /// Billions of operations a second, the factors read in place.
    package let inPlace: Double
    /// The same by OpenBLAS, which packs them.
    package let packed: Double
    /// Whether the package reads them in place.
    package let isInPlaceTaken: Bool

    private enum CodingKeys: String, CodingKey {
      case form, rows, columns, inner
      case inPlace = "in_place_gflops"
      case packed = "packed_gflops"
      case isInPlaceTaken = "in_place_taken"
    }
  }

  /// The forms of a product that can be computed in place.
  package static let forms = ["A·B", "Aᵀ·B", "A·Bᵀ"]

  /// What timing a product takes of memory.
  ///
  /// - Parameter shape: The product.
  /// - Returns: The extents of the arrays that are there at a time: the factors, each twice while it is filled, and the
  ///   product.
  package static func arrays(of shape: Shape) -> [[Int]] {
    [[shape.rows, shape.inner, 2], [shape.inner, shape.columns, 2], [shape.rows, shape.columns]]
  }

  /// - Parameters:
  ///   - shape: The product.
  ///   - repeats: Calls of each kernel that are timed, in turn, after one to warm up.
  /// - Returns: The medians.
  package static func measure(_ shape: Shape, repeats: Int) -> Measurement {
    // Products differ in size, and buffers that fit no other would pile up.
    StoragePool.shared.trim()
    let aOperand: BLAS.Operand = shape.form == "Aᵀ·B" ? .transposed : .asStored
    let bOperand: BLAS.Operand = shape.form == "A·Bᵀ" ? .transposed : .asStored
    let a = Tensor.noise([shape.rows * shape.inner], index: 0)
    let b = Tensor.noise([shape.inner * shape.columns], index: 1)
    var product = Tensor.zeros([shape.rows, shape.columns])
    let target = product.mutableStorage()
    func multiply(by method: BLAS.Method) -> Double {
      ContinuousClock().measure {
        BLAS.multiply(
          rows: shape.rows, columns: shape.columns, inner: shape.inner, a.storage.base, aOperand,
          stride: aOperand == .asStored ? shape.inner : shape.rows, b.storage.base, bOperand,
          stride: bOperand == .asStored ? shape.columns : shape.inner, into: target.base,
          stride: shape.columns, by: method)
      }.seconds
    }
    _ = (multiply(by: .inPlace), multiply(by: .packed))
    let times = (0..<repeats).map { _ in (multiply(by: .inPlace), multiply(by: .packed)) }
    let operations = 2 * Double(shape.rows) * Double(shape.columns) * Double(shape.inner)
    func rate(_ times: [Double]) -> Double { operations / times.upperMedian / 1e9 }
    let taken = BLAS.Method.quicker(
      rows: shape.rows, columns: shape.columns, inner: shape.inner, aOperand, bOperand)
    return Measurement(
      form: shape.form, rows: shape.rows, columns: shape.columns, inner: shape.inner,
      inPlace: rate(times.map(\.0)), packed: rate(times.map(\.1)), isInPlaceTaken: taken == .inPlace)
  }
}
