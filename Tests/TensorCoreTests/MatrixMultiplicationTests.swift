import TensorCore
import Testing

@Suite("Matrix products")
struct MatrixMultiplicationTests {
  /// Extents around the kernels' tiles of 10 × 32, 6 × 16, 4 × 4 × 16 and 256, with rows that are turned to columns, and beyond the
  /// sizes at which OpenBLAS may take over.
  static let shapes = [
    (rows: 1, columns: 1, inner: 1), (5, 16, 3), (7, 33, 20), (20, 260, 20), (66, 24, 66), (3, 15, 257),
    (13, 40, 300), (300, 17, 9), (33, 34, 31), (11, 31, 7), (21, 66, 24), (10, 47, 5), (40, 56, 64),
    (48, 47, 80), (280, 34, 270), (40, 36, 2060),
  ]

  @Test("equal the sum over all elements, for every order of the factors", arguments: shapes)
  func products(shape: (rows: Int, columns: Int, inner: Int)) {
    let (rows, columns, inner) = shape
    for transposes in [(false, false), (true, false), (false, true), (true, true)] {
      for adds in [false, true] {
        // Rows are longer than what is multiplied, so a stride that is not heeded shows.
        let (aExtents, bExtents) = (
          transposes.0 ? [inner, rows + 2] : [rows, inner + 2],
          transposes.1 ? [columns, inner + 3] : [inner, columns + 3]
        )
        let a = Self.random(aExtents, seed: 1)
        let b = Self.random(bExtents, seed: 2)
        let start = Self.random([rows, columns + 1], seed: 3)
        var c = start
        let (x, y, z) = (a.storage, b.storage, c.mutableStorage())
        BLAS.multiply(
          rows: rows, columns: columns, inner: inner, x.base, transposes.0 ? .transposed : .asStored,
          stride: aExtents[1], y.base, transposes.1 ? .transposed : .asStored, stride: bExtents[1],
          into: z.base,
          stride: columns + 1, beta: adds ? 1 : 0)
        for row in 0..<rows {
          for column in 0..<columns {
            let expected = (0..<inner).reduce(adds ? Double(start[row, column]) : 0) { sum, i in
              sum + Double(transposes.0 ? a[i, row] : a[row, i])
                * Double(transposes.1 ? b[column, i] : b[i, column])
            }
            // Each product is below 1, so their sum rounds by far less than its number of terms times 2⁻²⁴.
            #expect(abs(Double(c[row, column]) - expected) < 1e-7 * Double(inner + 10))
          }
          #expect(c[row, columns] == start[row, columns], "what is beyond the product stays")
        }
      }
    }
  }

  @Test("start from a bias, or are multiplied by a number", arguments: shapes)
  func biasAndScale(shape: (rows: Int, columns: Int, inner: Int)) {
    let (rows, columns, inner) = shape
    let (a, b) = (Self.random([rows, inner], seed: 1), Self.random([inner, columns], seed: 2))
    let bias = Self.random([rows], seed: 3)
    for (alpha, isBiased) in [(Float(1), true), (-0.5, false)] {
      var c = Tensor(repeating: .nan, shape: [rows, columns])
      BLAS.multiply(
        rows: rows, columns: columns, inner: inner, a.storage.base, stride: inner, b.storage.base,
        stride: columns, into: c.mutableStorage().base, stride: columns, alpha: alpha,
        bias: isBiased ? UnsafePointer(bias.storage.base) : nil)
      for row in 0..<rows {
        for column in 0..<columns {
          let sum = (0..<inner).reduce(0.0) { $0 + Double(a[row, $1]) * Double(b[$1, column]) }
          let expected = isBiased ? sum + Double(bias[row]) : Double(alpha) * sum
          #expect(abs(Double(c[row, column]) - expected) < 1e-7 * Double(inner + 10))
        }
      }
    }
  }

  @Test("of two transposed factors are right by any method", arguments: BLAS.Method.allCases)
  func transposedFactors(method: BLAS.Method) {
    let (rows, columns, inner) = (33, 34, 31)
    let (a, b) = (Self.random([inner, rows], seed: 1), Self.random([columns, inner], seed: 2))
    var c = Tensor(repeating: .nan, shape: [rows, columns])
    BLAS.multiply(
      rows: rows, columns: columns, inner: inner, a.storage.base, .transposed, stride: rows, b.storage.base,
      .transposed, stride: inner, into: c.mutableStorage().base, stride: columns, by: method)
    for row in 0..<rows {
      for column in 0..<columns {
        let expected = (0..<inner).reduce(0.0) { $0 + Double(a[$1, row]) * Double(b[column, $1]) }
        #expect(abs(Double(c[row, column]) - expected) < 1e-7 * Double(inner + 10))
      }
    }
  }

  @Test("read rows in several places as they would rows of one matrix", arguments: shapes)
  func scatteredRows(shape: (rows: Int, columns: Int, inner: Int)) {
    let (rows, columns, inner) = shape
    let bias = Self.random([rows], seed: 3)
    func lines(of tensor: Tensor) -> [UnsafePointer<Float>?] {
      (0..<tensor.shape[0]).map { UnsafePointer(tensor.storage.base) + $0 * tensor.shape[1] }
    }
    let (a, b) = (Self.random([rows, inner], seed: 1), Self.random([inner, columns], seed: 2))
    var (together, scattered) = (Tensor.zeros([rows, columns]), Tensor.zeros([rows, columns]))
    BLAS.multiply(
      rows: rows, columns: columns, inner: inner, a.storage.base, stride: inner, b.storage.base,
      stride: columns,
      into: together.mutableStorage().base, stride: columns, bias: bias.storage.base, by: .inPlace)
    lines(of: b).withUnsafeBufferPointer {
      BLAS.multiply(
        rows: rows, columns: columns, a.storage.base, stride: inner, $0,
        into: scattered.mutableStorage().base, stride: columns, bias: bias.storage.base)
    }
    #expect(scattered.elements == together.elements)

    let right = Self.random([columns, inner], seed: 4)
    BLAS.multiply(
      rows: rows, columns: columns, inner: inner, a.storage.base, stride: inner, right.storage.base,
      .transposed,
      stride: inner, into: together.mutableStorage().base, stride: columns, beta: 1, by: .inPlace)
    lines(of: right).withUnsafeBufferPointer {
      BLAS.addProduct(
        rows: rows, inner: inner, a.storage.base, stride: inner, withRows: $0,
        into: scattered.mutableStorage().base, stride: columns)
    }
    #expect(scattered.elements == together.elements)
  }

  private static func random(_ shape: [Int], seed: UInt64) -> Tensor {
    var generator = CounterGenerator(seed: seed, purpose: "matrices")
    return Tensor.zeros(shape).map { _ in 2 * generator.uniform() - 1 }
  }
}
