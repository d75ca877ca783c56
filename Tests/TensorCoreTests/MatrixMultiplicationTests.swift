import TensorCore
import Testing

@Suite("Matrix products")
struct MatrixMultiplicationTests {
  /// Extents around the kernels' tiles of 6 × 16, 4 × 3 × 8 and 256, and beyond the sizes at which OpenBLAS takes over.
  static let shapes = [
    (rows: 1, columns: 1, inner: 1), (5, 16, 3), (7, 33, 20), (20, 260, 20), (66, 24, 66), (3, 15, 257),
    (13, 40, 300), (300, 17, 9), (33, 34, 31),
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

  private static func random(_ shape: [Int], seed: UInt64) -> Tensor {
    var generator = CounterGenerator(seed: seed, purpose: "matrices")
    return Tensor.zeros(shape).map { _ in 2 * generator.uniform() - 1 }
  }
}
