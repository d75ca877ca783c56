import TensorCore
import Testing

@Suite("Gram matrices")
struct GramMatrixTests {
  @Test("Slices of rows add up to the whole matrix")
  func slices() throws {
    // The columns (1, 2, 2) and (0, 3, 4) have the Gram matrix [9 14; 14 25].
    var gram = GramMatrix(size: 2, isComplex: false)
    gram.add([1, 0])
    gram.add([2, 3, 2, 4])
    let values = try gram.eigenvalues()
    let root = (17.0 * 17 - (9 * 25 - 14 * 14)).squareRoot()
    #expect(abs(values[0] - (17 - root)) < 1e-13)
    #expect(abs(values[1] - (17 + root)) < 1e-13)
  }

  @Test("Complex rows are conjugated")
  func complex() throws {
    // The columns (1, i) and (i, 1) are orthogonal: ⟨a, b⟩ = 1·i + (−i)·1 = 0.
    var gram = GramMatrix(size: 2, isComplex: true)
    gram.add([1, 0, 0, 1, 0, 1, 1, 0])
    let orthogonal = try gram.eigenvalues()
    #expect(orthogonal.allSatisfy { abs($0 - 2) < 1e-14 })
    // The columns (1, i) and (i, −1) are the same but for a phase.
    var parallel = GramMatrix(size: 2, isComplex: true)
    parallel.add([1, 0, 0, 1, 0, 1, -1, 0])
    let values = try parallel.eigenvalues()
    #expect(abs(values[0]) < 1e-14 && abs(values[1] - 4) < 1e-14)
  }

  @Test("Without rows all eigenvalues are zero, and without columns there are none")
  func empty() throws {
    #expect(try GramMatrix(size: 3, isComplex: false).eigenvalues() == [0, 0, 0])
    #expect(try GramMatrix(size: 3, isComplex: true).eigenvalues() == [0, 0, 0])
    #expect(try GramMatrix(size: 0, isComplex: false).eigenvalues().isEmpty)
  }
}
