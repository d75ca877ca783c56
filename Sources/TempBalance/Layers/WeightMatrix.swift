import TensorCore

/// One of the matrices whose eigenvalues make a layer's spectrum, or several small ones side by side: where their elements lie in a
/// tensor.
struct WeightMatrix {
  /// Which of the layer's tensors.
  var tensor: Int
  /// Where the first element is.
  var offset: Int
  var rows: Int
  var columns: Int
  /// The distance between neighbors in a column.
  var rowStride: Int
  /// The distance between neighbors in a row.
  var columnStride: Int
  /// Whether each element is a real part followed by an imaginary one.
  var isComplex = false
  /// What the elements of a real matrix are multiplied by.
  var scale = 1.0
  /// How many complex matrices there are. Behind an element of one comes that of the next.
  var count = 1

  /// An estimate of the work of finding the eigenvalues, to begin with the longest.
  var cost: Int {
    let (short, long) = (min(rows, columns), max(rows, columns))
    return short * short * (long + 4 * short) * (isComplex ? 4 : 1) * count
  }

  /// Whether complex matrices of a shape are small enough for a ``MatrixGroup``.
  static func areGrouped(rows: Int, columns: Int) -> Bool { min(rows, columns) <= MatrixGroup.largestSize }

  /// The eigenvalues of WᴴW or WWᴴ, whichever is smaller, of every matrix in no order; they differ in zeros only.
  func eigenvalues(in tensor: Tensor) throws(EigenvalueError) -> [Double] {
    let rowsAreLong = rows >= columns
    let (long, short) = rowsAreLong ? (rows, columns) : (columns, rows)
    let (longStride, shortStride) = rowsAreLong ? (rowStride, columnStride) : (columnStride, rowStride)
    if isComplex, Self.areGrouped(rows: rows, columns: columns) {
      let group = MatrixGroup(
        count: count, rows: long, columns: short, rowStride: longStride, columnStride: shortStride)
      return try tensor.withUnsafeElements { elements throws(EigenvalueError) in
        try group.squaredSingularValues(elements[offset...])
      }
    }
    var gram = GramMatrix(size: short, isComplex: isComplex)
    // Slices keep the copy in double precision small, and are long enough for a fast matrix product.
    for start in stride(from: 0, to: long, by: Self.sliceLength) {
      let slice = start..<min(start + Self.sliceLength, long)
      gram.add(
        tensor.withUnsafeElements { elements in
          gather(elements, slice, longStride: longStride, count: short, stride: shortStride)
        })
    }
    return try gram.eigenvalues()
  }

  private static let sliceLength = 256

  private func gather(
    _ elements: UnsafeBufferPointer<Float>, _ slice: Range<Int>, longStride: Int, count: Int, stride: Int
  ) -> [Double] {
    let parts = isComplex ? 2 : 1
    return [Double](unsafeUninitializedCapacity: slice.count * count * parts) { target, initialized in
      var next = 0
      for long in slice {
        var source = offset + long * longStride
        if stride == parts {
          // A row without gaps: a loop that vectorizes.
          for index in 0..<count * parts { target[next + index] = scale * Double(elements[source + index]) }
          next += count * parts
          continue
        }
        for _ in 0..<count {
          for part in 0..<parts {
            target[next] = scale * Double(elements[source + part])
            next += 1
          }
          source += stride
        }
      }
      initialized = next
    }
  }
}

extension LayerWeights {
  /// The matrices of the layer. A convolution has one for each kernel position, times √½ as the paper's code scales
  /// them, or those that ``LineConvolution`` says; a spectral convolution has one for each mode.
  func matrices(of lineConvolution: LineConvolution) -> [WeightMatrix] {
    tensors.indices.flatMap { index -> [WeightMatrix] in
      let shape = tensors[index].shape
      if kind == .convolution, shape.count == 3, lineConvolution == .released {
        return (0..<shape[0]).map { output in
          WeightMatrix(
            tensor: index, offset: output * shape[1] * shape[2], rows: shape[1], columns: shape[2],
            rowStride: shape[2], columnStride: 1)
        }
      }
      // A correction of matrices is kept as one matrix, and has no axis of modes.
      let isComplex = kind == .spectral || kind == .lowRank && shape.count > 2
      let parts = isComplex ? 2 : 1
      let positions = tensors[index].count / (shape[0] * shape[1] * parts)
      let isConvolution = kind == .convolution || kind == .transposedConvolution
      let areGrouped = isComplex && WeightMatrix.areGrouped(rows: shape[0], columns: shape[1])
      let groupSize = areGrouped ? MatrixGroup.capacity : 1
      return stride(from: 0, to: positions, by: groupSize).map { position in
        WeightMatrix(
          tensor: index, offset: position * parts, rows: shape[0], columns: shape[1],
          rowStride: shape[1] * positions * parts, columnStride: positions * parts,
          isComplex: isComplex, scale: isConvolution ? 0.5.squareRoot() : 1,
          count: min(groupSize, positions - position))
      }
    }
  }
}
