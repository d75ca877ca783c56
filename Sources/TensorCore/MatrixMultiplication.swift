import COpenBLAS
import CVectorMath

/// Matrix products on raw rows, in the calling thread.
///
/// A factor of few channels is multiplied by `CVectorMath`, which reads both factors in place; OpenBLAS packs them first,
/// which for twenty channels takes as long as the product. Which one it is follows from the shape, the instruction set and OpenBLAS's
/// kernels, which have half of the vectors on a processor that it does not know.
package enum BLAS {
  /// OpenBLAS is told once to start no threads of its own: parallelism is the worker pool's.
  static let singleThreaded: Void = openblas_set_num_threads(1)

  /// Whether an operand is used as stored or transposed.
  package enum Operand {
    case asStored
    case transposed

    fileprivate var code: CBLAS_TRANSPOSE { self == .asStored ? CblasNoTrans : CblasTrans }
  }

  /// C ← α·op(A)·op(B) + β·C for row-major matrices, where op(A) is `rows` × `inner`, op(B) is `inner` × `columns`, and
  /// each stride is the distance between the stored rows of a matrix. With β = 0 the old content of C is not read.
  ///
  /// A bias, an element for each row, takes the place of C on the right; β is 0 then.
  package static func multiply(
    rows: Int, columns: Int, inner: Int,
    _ a: UnsafePointer<Float>, _ aOperand: Operand = .asStored, stride aStride: Int,
    _ b: UnsafePointer<Float>, _ bOperand: Operand = .asStored, stride bStride: Int,
    into c: UnsafeMutablePointer<Float>, stride cStride: Int,
    alpha: Float = 1, beta: Float = 0, bias: UnsafePointer<Float>? = nil, by method: Method? = nil
  ) {
    let method = method ?? .quicker(rows: rows, columns: columns, inner: inner, aOperand, bOperand)
    let areTransposed = aOperand == .transposed && bOperand == .transposed
    if method == .inPlace, !areTransposed, alpha == 1, beta == 0 || beta == 1 {
      let isTransposed = aOperand == .transposed
      var factors = vm_factors(
        rows: rows, columns: columns, inner: inner, a_row: isTransposed ? 1 : aStride,
        a_column: isTransposed ? aStride : 1, b_row: bStride, c_row: cStride, adds: beta == 1 ? 1 : 0,
        bias: bias, b_rows: nil)
      if let bias, bOperand == .transposed {
        fill(rows: rows, columns: columns, with: bias, c, stride: cStride)
        factors.adds = 1
      }
      return bOperand == .asStored ? vm_product(&factors, a, b, c) : vm_product_of_rows(&factors, a, b, c)
    }
    if let bias { fill(rows: rows, columns: columns, with: bias, c, stride: cStride) }
    _ = singleThreaded
    cblas_sgemm(
      CblasRowMajor, aOperand.code, bOperand.code, Int32(rows), Int32(columns), Int32(inner),
      alpha, a, Int32(aStride), b, Int32(bStride), bias == nil ? beta : 1, c, Int32(cStride))
  }

  /// As ``multiply(rows:columns:inner:_:_:stride:_:_:stride:into:stride:alpha:beta:bias:by:)`` with a right factor whose rows
  /// stand in several places, which is read where it is: C ← op(A)·B + bias.
  package static func multiply(
    rows: Int, columns: Int, _ a: UnsafePointer<Float>, stride aStride: Int,
    _ b: UnsafeBufferPointer<UnsafePointer<Float>?>, into c: UnsafeMutablePointer<Float>, stride cStride: Int,
    bias: UnsafePointer<Float>? = nil
  ) {
    guard let lines = b.baseAddress else { return }
    var factors = vm_factors(
      rows: rows, columns: columns, inner: b.count, a_row: aStride, a_column: 1, b_row: 0, c_row: cStride,
      adds: 0, bias: bias, b_rows: lines)
    vm_product(&factors, a, nil, c)
  }

  /// C ← A·Bᵀ + C, where the rows of B stand in several places, which are read where they are.
  package static func addProduct(
    rows: Int, inner: Int, _ a: UnsafePointer<Float>, stride aStride: Int,
    withRows b: UnsafeBufferPointer<UnsafePointer<Float>?>, into c: UnsafeMutablePointer<Float>,
    stride cStride: Int
  ) {
    guard let lines = b.baseAddress else { return }
    var factors = vm_factors(
      rows: rows, columns: b.count, inner: inner, a_row: aStride, a_column: 1, b_row: 0, c_row: cStride,
      adds: 1, bias: nil, b_rows: lines)
    vm_product_of_rows(&factors, a, nil, c)
  }

  private static func fill(
    rows: Int, columns: Int, with values: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>, stride: Int
  ) {
    for row in 0..<rows { (c + row * stride).update(repeating: values[row], count: columns) }
  }

  /// How a product is computed.
  package enum Method: String, CaseIterable, Sendable {
    /// By `CVectorMath`, which reads the factors where they lie. Two transposed factors are packed nevertheless.
    case inPlace = "in place"
    /// By OpenBLAS, which packs them first.
    case packed

    /// The largest number of rows, and of terms of a sum, up to which reading a right factor in place is faster.
    private static let mostRows = 256, longestSum = 256
    /// With AVX-512, rows up to which it is for sums of any length, of at least a vector of columns.
    private static let rowsOfLongSums = 128, fewestColumns = 16
    /// The smaller side of the product up to which reading a transposed right factor in place is faster, whatever the sum.
    private static let narrowSide = 32
    /// With AVX-512, the longest sum up to which it is where OpenBLAS's vectors are narrower.
    private static let longestSumBesideNarrow = 2048

    /// Whether OpenBLAS's kernels have the vectors of AVX-512. On a processor that it does not know they are those of AVX2.
    private static let openBLASIsWide = ["SkylakeX", "Cooperlake", "SapphireRapids"]
      .contains(String(cString: openblas_get_corename()))

    /// The method that is faster, as measured on AVX2 and AVX-512 for 3 to 1,024 rows and sums over 20 to 4,608 elements: the
    /// table of `ProductBenchmark`. It is a function of the sizes, the instruction set and OpenBLAS's kernels alone. The
    /// registers of the baseline hold no tile of the product.
    package static func quicker(
      rows: Int, columns: Int, inner: Int, _ aOperand: Operand, _ bOperand: Operand
    ) -> Method {
      let instructions = vm_instruction_set_in_use()
      guard instructions != vm_baseline else { return .packed }
      let isWide = instructions == vm_avx512
      let openBLASIsNarrower = isWide && !openBLASIsWide
      let isSmall = rows <= mostRows && inner <= longestSum
      let isInPlace =
        switch (aOperand, bOperand) {
        case (_, .asStored):
          isSmall || isWide && columns >= fewestColumns && (openBLASIsNarrower || rows <= rowsOfLongSums)
        case (.asStored, .transposed):
          isSmall || min(rows, columns) <= narrowSide
            || openBLASIsNarrower && inner <= longestSumBesideNarrow
        case (.transposed, .transposed): false
        }
      return isInPlace ? .inPlace : .packed
    }
  }
}
