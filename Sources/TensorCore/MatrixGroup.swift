import CVectorMath

/// Small complex matrices of one shape that stand side by side: behind an element of one, which is its real and its imaginary part,
/// comes that of the next. The weights of a spectral layer are such matrices, one for each mode.
///
/// LAPACK takes matrices one by one, and for small ones waits for a chain of divisions and roots most of the time. Here each has a
/// lane of the vector registers of its own. Its values do not depend on what else is in the group, nor on the group's size.
package struct MatrixGroup {
  /// How many matrices a group may have.
  package static let capacity = Int(VM_GROUP)
  /// The columns up to which a group stays in a core's own cache, where it takes a fifth of LAPACK's time.
  package static let largestSize = 64

  private let matrices: vm_matrix_group

  /// Matrices of `rows` rows and as many columns or fewer.
  ///
  /// - Parameters:
  ///   - count: How many matrices, ``capacity`` at most.
  ///   - rows: The number of rows of each.
  ///   - columns: The number of columns of each.
  ///   - rowStride: The distance between neighbors in a column, in numbers.
  ///   - columnStride: The distance between neighbors in a row, in numbers.
  package init(count: Int, rows: Int, columns: Int, rowStride: Int, columnStride: Int) {
    precondition((1...Self.capacity).contains(count), "\(count) matrices are no group")
    precondition(columns > 0 && rows >= columns, "\(rows) rows and \(columns) columns")
    matrices = vm_matrix_group(
      elements: nil, count: count, rows: rows, columns: columns, row_stride: rowStride,
      column_stride: columnStride)
  }

  /// The squared singular values of all matrices: the eigenvalues of AᴴA.
  ///
  /// They are exact to about 10⁻¹⁵ of the largest of their matrix. Those that rounding made negative are given as zero.
  ///
  /// - Parameter elements: Numbers from the first matrix's first element on. They are finite.
  /// - Returns: The values of one matrix after the other, each in no order.
  /// - Throws: ``EigenvalueError`` if the iteration does not converge.
  /// - Complexity: O(rows · columns²).
  package func squaredSingularValues(
    _ elements: Slice<UnsafeBufferPointer<Float>>
  ) throws(EigenvalueError) -> [Double] {
    let elements = UnsafeBufferPointer(rebasing: elements)
    let last = (matrices.rows - 1) * matrices.row_stride + (matrices.columns - 1) * matrices.column_stride
    precondition(
      elements.count >= last + 2 * matrices.count, "the matrices reach beyond \(elements.count) numbers")
    var group = matrices
    group.elements = elements.baseAddress
    let (columns, count) = (matrices.columns, matrices.count)
    let results = columns * Self.capacity
    let (values, failed) = withUnsafeTemporaryAllocation(
      byteCount: (results + vm_group_scratch(columns)) * MemoryLayout<Double>.stride, alignment: 64
    ) { bytes -> ([Double], Int) in
      let values = bytes.bindMemory(to: Double.self)
      guard let base = values.baseAddress else { return ([], 0) }
      let failed = vm_squared_singular_values(&group, base, base + results)
      let ordered = (0..<count).flatMap { matrix in
        (0..<columns).map { max(values[$0 * Self.capacity + matrix], 0) }
      }
      return (ordered, failed)
    }
    guard failed == 0 else { throw EigenvalueError(size: columns, status: failed) }
    return values
  }
}
