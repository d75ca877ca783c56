import ArrayFiles
import TestSupport
import Testing

@Suite("Files of NumPy, SciPy and PyTorch agree with what they were made of")
struct FormatReferenceTests {
  private func open(_ name: String, in set: Reference) throws -> any ArrayFile {
    try #require(try ArrayFileFormats.open(set.path("formats/\(name)")))
  }

  private func values(_ file: any ArrayFile, _ name: String) throws -> [Float] {
    try file.values(of: #require(file.arrays.first { $0.name == name }))
  }

  private func expected(_ set: Reference) throws -> [Float] {
    try values(open("expected_u.npy", in: set), "")
  }

  @Test("NumPy's arrays and archives", arguments: Reference.sets)
  func numPy(set: Reference) throws {
    let expected = try expected(set)
    #expect(expected.count == 6 * 14 * 16 * 12)
    #expect(expected.last == 0.2514138)
    let archive = try open("fields.npz", in: set)
    #expect(archive.arrays.map(\.name) == ["u", "v", "t"])
    #expect(try values(archive, "u") == expected)
    #expect(try values(archive, "v").last == 1.2514138)
    #expect(try values(archive, "t") == (0..<14).map { Float(Double($0) / 10) })
  }

  @Test("a tensor", arguments: Reference.sets)
  func tensor(set: Reference) throws {
    let file = try open("tensor.pt", in: set)
    #expect(file.arrays == [StoredArray(name: "", shape: [6, 14, 16, 12], elementType: "float32")])
    #expect(try values(file, "") == expected(set))
  }

  @Test("tensors of a dictionary, one a view with gaps", arguments: Reference.sets)
  func darcy(set: Reference) throws {
    let file = try open("darcy_train_16.pt", in: set)
    #expect(
      file.arrays == [
        StoredArray(name: "x", shape: [6, 16, 12], elementType: "bool"),
        StoredArray(name: "y", shape: [6, 16, 12], elementType: "float32"),
      ])
    let coefficient = try values(file, "x")
    #expect(coefficient.prefix(5) == [0, 1, 1, 1, 1])
    #expect(coefficient.reduce(0, +) == 576)
    let solution = try values(file, "y")
    #expect(solution[3 * 192 + 4 * 12 + 5] == -1.2422023)
    #expect(solution.last == 0.9029281)
    let part = try file.part(
      file.arrays[1], ArraySlab(start: [3, 0, 5], count: [1, 4, 1], stride: [1, 2, 1]))
    let places = stride(from: 3 * 192 + 5, to: 3 * 192 + 5 + 8 * 12, by: 24)
    #expect(part == places.map { solution[$0] })
  }

  @Test("MATLAB's matrices", arguments: Reference.sets)
  func matlab(set: Reference) throws {
    let file = try open("burgers_matlab5.mat", in: set)
    #expect(
      Set(file.arrays.map { "\($0.name) \($0.shape) \($0.elementType)" })
        == ["a [6, 16] single", "u [6, 16, 14] single"])
    let initial = try values(file, "a")
    #expect(initial.last == 0.9489347)
    let field = try values(file, "u")
    #expect(field.prefix(3) == [-0.5218798, -0.39583907, -0.26829746])
    #expect(field[2 * 224 + 3 * 14 + 1] == 1.5912396)
    // The first frame of u is the initial state.
    #expect(stride(from: 0, to: 96 * 14, by: 14).map { field[$0] } == initial)
  }

  @Test("a file that would run a command", arguments: Reference.sets)
  func hostile(set: Reference) throws {
    let path = set.path("formats/hostile.pt")
    #expect(throws: ArrayFileError.refused(file: path, name: "posix.system")) {
      try ArrayFileFormats.open(path)
    }
  }

  @Test(
    "arrays in Fortran's order and in double precision",
    .enabled(if: Reference.larger != nil, "\(Reference.absence)"))
  func fortran() throws {
    let set = try #require(Reference.larger)
    let file = try open("fields_fortran_f8.npy", in: set)
    #expect(file.arrays.map(\.elementType) == ["float64"])
    #expect(try values(file, "") == expected(set))
    #expect(try values(open("fields.npy", in: set), "") == expected(set))
  }
}
