import COpenBLAS

/// The Gram matrix G = AᴴA of a matrix A that is handed over in slices of rows, and its eigenvalues.
///
/// The eigenvalues are the squared singular values of A. Products and eigenvalues are computed in double precision: it
/// squares the condition number, but an eigenvalue λ is still exact to about 10⁻¹⁵·λ_max, far below what the rounding
/// of A to single precision leaves; and values alone cost a third of a singular value decomposition.
package struct GramMatrix {
  /// The number of columns of A.
  package let size: Int
  /// Whether the elements of A are pairs of a real and an imaginary part.
  package let isComplex: Bool
  private var elements: [Double]

  /// The Gram matrix of a matrix without rows: zero.
  package init(size: Int, isComplex: Bool) {
    self.size = size
    self.isComplex = isComplex
    elements = [Double](repeating: 0, count: size * size * (isComplex ? 2 : 1))
  }

  /// G ← G + RᴴR for more rows of A.
  ///
  /// - Parameter rows: Whole rows of A one after another, a complex element as its real, then its imaginary part.
  package mutating func add(_ rows: [Double]) {
    _ = BLAS.singleThreaded
    let width = size * (isComplex ? 2 : 1)
    precondition(
      width > 0 && rows.count.isMultiple(of: width), "\(rows.count) numbers are no rows of \(width)")
    let (order, count) = (Int32(size), Int32(rows.count / width))
    if isComplex {
      cblas_zherk(
        CblasRowMajor, CblasUpper, CblasConjTrans, order, count, 1, rows, order, 1, &elements, order)
    } else {
      cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, order, count, 1, rows, order, 1, &elements, order)
    }
  }

  /// The eigenvalues in ascending order, by reduction to tridiagonal form (LAPACK's `syevd` and `heevd`).
  ///
  /// Those that rounding made negative are given as zero, for a Gram matrix has none.
  ///
  /// - Throws: ``EigenvalueError`` if the iteration does not converge.
  /// - Complexity: O(`size`³).
  package consuming func eigenvalues() throws(EigenvalueError) -> [Double] {
    guard size > 0 else { return [] }
    _ = BLAS.singleThreaded
    let (values, status) = isComplex ? hermitianEigenvalues() : symmetricEigenvalues()
    guard status == 0 else { throw EigenvalueError(size: size, status: Int(status)) }
    return values.map { max($0, 0) }
  }

  // Row-major upper triangles are what LAPACK calls lower triangles.
  private static let lower = CChar(UInt8(ascii: "L"))
  private static let valuesOnly = CChar(UInt8(ascii: "N"))

  private mutating func symmetricEigenvalues() -> ([Double], status: Int32) {
    let order = Int32(size)
    var values = [Double](repeating: 0, count: size)
    var integerWork: Int32 = 0
    var bestLength = 0.0
    var status = LAPACKE_dsyevd_work(
      LAPACK_COL_MAJOR, Self.valuesOnly, Self.lower, order, &elements, order, &values,
      &bestLength, -1, &integerWork, 1)
    guard status == 0 else { return ([], status) }
    var work = [Double](repeating: 0, count: Int(bestLength))
    status = LAPACKE_dsyevd_work(
      LAPACK_COL_MAJOR, Self.valuesOnly, Self.lower, order, &elements, order, &values,
      &work, Int32(work.count), &integerWork, 1)
    return (values, status)
  }

  private mutating func hermitianEigenvalues() -> ([Double], status: Int32) {
    let order = Int32(size)
    let size = size
    var values = [Double](repeating: 0, count: size)
    var realWork = [Double](repeating: 0, count: size)
    var integerWork: Int32 = 0
    let status = elements.withUnsafeMutableBytes { bytes -> Int32 in
      let matrix = bytes.assumingMemoryBound(to: lapack_double_complex.self).baseAddress
      var bestLength = lapack_double_complex()
      let status = LAPACKE_zheevd_work(
        LAPACK_COL_MAJOR, Self.valuesOnly, Self.lower, order, matrix, order, &values,
        &bestLength, -1, &realWork, order, &integerWork, 1)
      guard status == 0 else { return status }
      var work = [lapack_double_complex](repeating: lapack_double_complex(), count: Int(bestLength.real))
      return LAPACKE_zheevd_work(
        LAPACK_COL_MAJOR, Self.valuesOnly, Self.lower, order, matrix, order, &values,
        &work, Int32(work.count), &realWork, order, &integerWork, 1)
    }
    return (values, status)
  }
}

/// The eigenvalues of a matrix could not be found.
package struct EigenvalueError: Error, Equatable {
  /// The number of rows of the matrix.
  package let size: Int
  /// How many values or off-diagonal elements did not converge, or minus the number of LAPACK's wrong argument.
  package let status: Int
}
