import COpenBLAS

/// Matrix products on raw rows, by OpenBLAS in the calling thread.
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
  package static func multiply(
    rows: Int, columns: Int, inner: Int,
    _ a: UnsafePointer<Float>, _ aOperand: Operand = .asStored, stride aStride: Int,
    _ b: UnsafePointer<Float>, _ bOperand: Operand = .asStored, stride bStride: Int,
    into c: UnsafeMutablePointer<Float>, stride cStride: Int,
    alpha: Float = 1, beta: Float = 0
  ) {
    _ = singleThreaded
    cblas_sgemm(
      CblasRowMajor, aOperand.code, bOperand.code, Int32(rows), Int32(columns), Int32(inner),
      alpha, a, Int32(aStride), b, Int32(bStride), beta, c, Int32(cStride))
  }
}
