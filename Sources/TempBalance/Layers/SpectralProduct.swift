import TensorCore

/// Matrices with the singular values of the products A·B, one for each mode, but only as many rows as the products' rank.
///
/// With A = QR, Q having orthonormal columns, R·B stands for A·B. R comes from the modified Gram-Schmidt process, which is as accurate
/// for R as any other.
///
/// - Parameters:
///   - down: A, `[inputs, rank, modes…, 2]`.
///   - up: B, `[rank, outputs, modes…, 2]`.
/// - Returns: R·B, `[rank, outputs, modes…, 2]`.
func spectralEquivalent(down: Tensor, up: Tensor) -> Tensor {
  let (inputs, rank, outputs) = (down.shape[0], down.shape[1], up.shape[1])
  let length = down.count / (inputs * rank)
  let (a, b) = (down.elements, up.elements)
  var product = [Float](repeating: 0, count: b.count)
  for mode in stride(from: 0, to: length, by: 2) {
    var columns = (0..<rank).map { column in
      ComplexVector(a, start: column * length + mode, step: rank * length, count: inputs)
    }
    let rows = (0..<rank).map { row in
      ComplexVector(b, start: row * outputs * length + mode, step: length, count: outputs)
    }
    for row in 0..<rank {
      let size = columns[row].length
      // A sum that begins at zero, as those of shares do: there is no −0.
      var combined = rows[row].scaled { 0 + size * $0 }
      // A column that depends on those before it has no direction of its own; its row of R is zero.
      if size > 0 {
        let direction = columns[row].scaled { $0 / size }
        for column in row + 1..<max(rank, row + 1) {
          let share = direction.product(with: columns[column])
          columns[column].add(direction, times: (real: -share.real, imaginary: -share.imaginary))
          combined.add(rows[column], times: share)
        }
      }
      for output in 0..<outputs {
        let place = (row * outputs + output) * length + mode
        product[place] = Float(combined.real[output])
        product[place + 1] = Float(combined.imaginary[output])
      }
    }
  }
  return Tensor(product, shape: up.shape)
}

private struct ComplexVector {
  var real: [Double]
  var imaginary: [Double]

  /// Takes elements a step apart, each a real part before an imaginary one.
  init(_ elements: [Float], start: Int, step: Int, count: Int) {
    let places = stride(from: start, to: start + count * step, by: step)
    real = places.map { Double(elements[$0]) }
    imaginary = places.map { Double(elements[$0 + 1]) }
  }

  var length: Double {
    var sum = 0.0
    for index in real.indices {
      sum += real[index] * real[index] + imaginary[index] * imaginary[index]
    }
    return sum.squareRoot()
  }

  /// The same operation on all parts.
  func scaled(_ scale: (Double) -> Double) -> ComplexVector {
    var result = self
    result.real = real.map(scale)
    result.imaginary = imaginary.map(scale)
    return result
  }

  /// Σ x̄·y.
  func product(with other: ComplexVector) -> (real: Double, imaginary: Double) {
    var sum = (real: 0.0, imaginary: 0.0)
    for index in real.indices {
      sum.real += real[index] * other.real[index] + imaginary[index] * other.imaginary[index]
      sum.imaginary += real[index] * other.imaginary[index] - imaginary[index] * other.real[index]
    }
    return sum
  }

  mutating func add(_ other: ComplexVector, times scale: (real: Double, imaginary: Double)) {
    for index in real.indices {
      real[index] += scale.real * other.real[index] - scale.imaginary * other.imaginary[index]
      imaginary[index] += scale.real * other.imaginary[index] + scale.imaginary * other.real[index]
    }
  }
}
