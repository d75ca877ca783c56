import TensorCore

extension Variable {
  /// Products of the matrices in the last two axes, one for each entry of the axes before them.
  ///
  /// ```
  /// y[b, i, j] = Σₖ A[b, i, k] · B[b, k, j]        ∂L/∂A = g·Bᵀ      ∂L/∂B = Aᵀ·g
  /// ```
  ///
  /// | Symbol | Shape |
  /// |---|---|
  /// | A | `[batch…, rows, inner]`; `[batch…, inner, rows]` if transposed |
  /// | B | `[batch…, inner, columns]`; `[batch…, columns, inner]` if transposed |
  /// | y | `[batch…, rows, columns]` |
  ///
  /// B may also be a single matrix, which every A is multiplied by if A is not transposed.
  ///
  /// - Parameters:
  ///   - other: B.
  ///   - transposingLeft: Whether to take Aᵀ for each A.
  ///   - transposingRight: Whether to take Bᵀ for each B.
  /// - Returns: y.
  /// - Precondition: The shapes fit.
  public func matrixProduct(
    _ other: Variable, transposingLeft: Bool = false, transposingRight: Bool = false
  ) -> Variable {
    precondition(
      shape.count >= 2 && other.shape.count >= 2,
      "a matrix has two axes, got the shapes \(shape) and \(other.shape)")
    if other.shape.count == 2, shape.count > 2, !transposingLeft {
      // One product of all rows.
      let rows = reshaped([shape.dropLast().reduce(1, *), shape[shape.count - 1]])
      let product = rows.matrixProduct(other, transposingRight: transposingRight)
      return product.reshaped(shape.dropLast() + [product.shape[1]])
    }
    let left = Matrices(value, isTransposed: transposingLeft)
    let right = Matrices(other.value, isTransposed: transposingRight)
    precondition(
      left.batch == right.batch && left.columns == right.rows,
      "matrices of shapes \(shape)\(transposingLeft ? "ᵀ" : "") and \(other.shape)\(transposingRight ? "ᵀ" : "") "
        + "have no product")
    let (needsLeft, needsRight) = (needsGradient, other.needsGradient)
    let (leftValue, rightValue) = (valueForPullback, other.valueForPullback)
    return .primitive(left * right, inputs: [self, other]) { gradient in
      let g = Matrices(gradient, isTransposed: false)
      let left = Matrices(leftValue(), isTransposed: transposingLeft)
      let right = Matrices(rightValue(), isTransposed: transposingRight)
      return [
        needsLeft ? (transposingLeft ? right * g.transposed : g * right.transposed) : nil,
        needsRight ? (transposingRight ? g.transposed * left : left.transposed * g) : nil,
      ]
    }
  }
}

/// The matrices in the last two axes of a tensor, as stored or transposed.
private struct Matrices {
  let batch: [Int]
  let rows: Int
  let columns: Int
  private let tensor: Tensor
  private let isTransposed: Bool

  /// Rows of a product that one thread computes; the sums are the same however large it is.
  private static let rowsPerTask = 64

  init(_ tensor: Tensor, isTransposed: Bool) {
    let last = tensor.rank - 1
    batch = Array(tensor.shape[..<(last - 1)])
    rows = tensor.shape[isTransposed ? last : last - 1]
    columns = tensor.shape[isTransposed ? last - 1 : last]
    self.tensor = tensor
    self.isTransposed = isTransposed
  }

  var transposed: Matrices { Matrices(tensor, isTransposed: !isTransposed) }

  private var operand: BLAS.Operand { isTransposed ? .transposed : .asStored }
  /// The distance between two stored rows.
  private var stride: Int { isTransposed ? rows : columns }

  /// The products of the matrices of one batch, in tiles of rows that do not depend on the number of threads.
  static func * (left: Matrices, right: Matrices) -> Tensor {
    let count = left.batch.reduce(1, *)
    let (rows, columns, inner) = (left.rows, right.columns, left.columns)
    guard inner > 0 else { return .zeros(left.batch + [rows, columns]) }
    var result = Tensor(uninitialized: left.batch + [rows, columns])
    let (a, b, c) = (left.tensor.storage, right.tensor.storage, result.mutableStorage())
    let tiles = (rows + rowsPerTask - 1) / rowsPerTask
    guard columns > 0 else { return result }
    parallelFor(count * tiles) { task in
      let (index, tile) = task.quotientAndRemainder(dividingBy: tiles)
      let first = tile * rowsPerTask
      BLAS.multiply(
        rows: min(rowsPerTask, rows - first), columns: columns, inner: inner,
        a.base + index * rows * inner + first * (left.isTransposed ? 1 : inner), left.operand,
        stride: left.stride,
        b.base + index * inner * columns, right.operand, stride: right.stride,
        into: c.base + (index * rows + first) * columns, stride: columns)
    }
    return result
  }
}
