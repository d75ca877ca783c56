import TensorCore
import Testing

@Suite("Groups of small matrices")
struct MatrixGroupTests {
  /// Numbers in [-1, 1), a function of the place.
  private static func numbers(_ count: Int, seed: UInt64) -> [Float] {
    var generator = CounterGenerator(seed: seed, purpose: "test")
    return (0..<count).map { _ in Float.random(in: -1..<1, using: &generator) }
  }

  /// The values of every matrix in ascending order; `elements` is `[rows, columns, count, 2]`.
  private static func values(_ elements: [Float], rows: Int, columns: Int, count: Int) throws -> [[Double]] {
    let group = MatrixGroup(
      count: count, rows: rows, columns: columns, rowStride: 2 * columns * count, columnStride: 2 * count)
    let all = try elements.withUnsafeBufferPointer { try group.squaredSingularValues($0[...]) }
    return (0..<count).map { all[$0 * columns..<($0 + 1) * columns].sorted() }
  }

  /// Matrix number `place` of a group alone, as pairs.
  private static func matrix(_ place: Int, of elements: [Float], count: Int) -> [Float] {
    stride(from: 2 * place, to: elements.count, by: 2 * count).flatMap { elements[$0..<$0 + 2] }
  }

  /// Whether the values of each matrix are those that LAPACK finds, within 10⁻¹³ of the largest.
  private static func agreesWithLAPACK(_ elements: [Float], rows: Int, columns: Int, count: Int) throws
    -> Bool
  {
    let found = try values(elements, rows: rows, columns: columns, count: count)
    return try (0..<count).allSatisfy { place in
      var gram = GramMatrix(size: columns, isComplex: true)
      gram.add(matrix(place, of: elements, count: count).map(Double.init))
      let expected = try gram.eigenvalues()
      let bound = 1e-13 * (expected.last ?? 0)
      return zip(found[place], expected).allSatisfy { abs($0 - $1) <= bound }
    }
  }

  @Test(
    "squared singular values are those of LAPACK, for every size and number of matrices", arguments: 1...24)
  func random(columns: Int) throws {
    for rows in [columns, columns + 1, 2 * columns + 3] {
      for count in [1, 5, 8] {
        let elements = Self.numbers(2 * rows * columns * count, seed: UInt64(rows * 100 + count))
        #expect(
          try Self.agreesWithLAPACK(elements, rows: rows, columns: columns, count: count), "\(rows), \(count)"
        )
      }
    }
  }

  @Test("the largest size agrees too")
  func largest() throws {
    let size = MatrixGroup.largestSize
    let elements = Self.numbers(2 * size * size * 8, seed: 1)
    #expect(try Self.agreesWithLAPACK(elements, rows: size, columns: size, count: 8))
  }

  @Test("zero, diagonal, equal, sparse, badly scaled and rank-deficient matrices agree, side by side")
  func special() throws {
    let size = 12
    var generator = CounterGenerator(seed: 2, purpose: "test")
    for scale in [1e-35, 1e-12, 1, 1e15] as [Float] {
      var elements = [Float](repeating: 0, count: 2 * size * size * 8)
      for row in 0..<size {
        for column in 0..<size {
          let place = 16 * (row * size + column)
          let value = Float.random(in: -1..<1, using: &generator)
          let isNear = row < size / 2 && column < size / 2
          // Matrix 0 is zero.
          elements[place + 2] = row == column ? value : 0
          elements[place + 4] = row == column ? 1 : 0
          elements[place + 6] = 1
          elements[place + 8] = Float(row + 1) * Float(column - 4)
          elements[place + 9] = Float(row - column)
          elements[place + 10] = Bool.random(using: &generator) ? value.rounded() : 0
          elements[place + 12] = isNear || row == column ? value : 0
          elements[place + 14] = value
          elements[place + 15] = row == 3 ? 1e-6 * value : value
        }
      }
      #expect(
        try Self.agreesWithLAPACK(elements.map { scale * $0 }, rows: size, columns: size, count: 8),
        "times \(scale)")
    }
  }

  @Test("what a matrix is grouped with does not change its values by a bit")
  func alone() throws {
    let elements = Self.numbers(2 * 20 * 20 * 8, seed: 3)
    let together = try Self.values(elements, rows: 20, columns: 20, count: 8)
    for place in 0..<8 {
      let own = Self.matrix(place, of: elements, count: 8)
      #expect(try Self.values(own, rows: 20, columns: 20, count: 1) == [together[place]])
    }
  }
}
