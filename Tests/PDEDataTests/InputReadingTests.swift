import Foundation
import HDF5
import PDEData
import SystemFiles
import TensorCore
import TestSupport
import Testing

/// Arrays whose extents alone leave open what their axes are.
@Suite("Ambiguous axes") struct InputReadingTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A file of u `[samples, 3, …]` and an input a, both counting from 0.
  private func write(_ shape: [Int], input: [Int], label: String? = nil) throws -> String {
    let path = folder.file("\(UUID().uuidString).h5")
    let file = try HDF5File(creating: path)
    for (name, shape) in [("u", shape), ("a", input)] {
      try file.createDataSet(name, shape: shape).write((0..<shape.reduce(1, *)).map(Double.init))
    }
    if let label { try file.writeAttribute("DIMENSION_LABELS", .texts([label]), of: "a") }
    try file.close()
    return path
  }

  private func open(_ path: String, _ axes: String) throws -> any FieldDataSet {
    try DataFile.open(path, selection: FieldSelection(axes: [axes], inputs: ["a"]))
  }

  /// The input of sample 1.
  private func input(_ data: any FieldDataSet) throws -> [Float] {
    try #require(try BatchLoader(data).batch([1]).inputs).elements
  }

  @Test(
    "an input is refused where its first axis may be samples or points, with both readings",
    arguments: [
      ([4, 3, 4], [4], "[4, 4]"), ([4, 3, 4], [4, 1], "[4, 4]"), ([4, 3, 4], [4, 3], "[4, 4, 3]"),
      ([4, 3, 4, 4], [4, 4], "[4, 4, 4] or [4, 4, 4, 4]"),
    ])
  func ambiguous(shape: [Int], input: [Int], whole: String) throws {
    let path = try write(shape, input: input)
    let error = #expect(throws: DataFileError.self) { try open(path, shape.count == 3 ? "ntx" : "ntxy") }
    let text = error?.description ?? ""
    for words in [
      "'a' \(input)", "a point, the same in all samples (x", "a sample (n",
      "all axes, \(whole), or label its first dimension",
    ] {
      #expect(text.contains(words), "\(words) in \(text)")
    }
  }

  @Test("the way out names no dimensions where a format has no names of them")
  func nameless() throws {
    let path = folder.file("both.npz")
    let seed = ZipSeed([
      .init("u.npy", NumPySeed.array("<f4", "(4, 3, 4)", NumPySeed.floats((0..<48).map { Float($0) }))),
      .init("a.npy", NumPySeed.array("<f4", "(4,)", NumPySeed.floats([0, 1, 2, 3]))),
    ])
    try Data(seed.bytes()).write(to: URL(filePath: path))
    let error = #expect(throws: DataFileError.self) { try open(path, "ntx") }
    let text = error?.description ?? ""
    #expect(text.contains("all axes, [4, 4].") && !text.contains("dimension"), "\(text)")
  }

  @Test("an input is read by its only reading, or by the name of its dimension, and it is said how")
  func told() throws {
    for (samples, input, label, words, expected) in [
      (5, [5], nil, "one value a sample (n)", [1, 1, 1, 1]),
      (5, [4], nil, "one value a point, the same in all samples (x)", [0, 1, 2, 3]),
      (4, [4, 4], nil, "one value a sample and point (n,x)", [4, 5, 6, 7]),
      (4, [4], "sample", "one value a sample (n)", [1, 1, 1, 1]),
      (4, [4], "x", "one value a point, the same in all samples (x)", [0, 1, 2, 3]),
    ] as [(Int, [Int], String?, String, [Float])] {
      let data = try open(write([samples, 3, 4], input: input, label: label), "ntx")
      #expect(try self.input(data) == expected, "\(words)")
      #expect(data.interpretation.contains("The input 'a' \(input) is \(words)."), "\(data.interpretation)")
    }
  }

  @Test(
    "what this package has written is read in its own order, however long the axes are",
    arguments: [[6, 6, 8], [8, 6, 8], [7, 6, 6], [6, 6, 6, 6]])
  func ownOrder(shape: [Int]) throws {
    let selection = FieldSelection(axes: [shape.count == 3 ? "ntx" : "ntxy"])
    let source = try DataFile.open(write(shape, input: [2]), selection: selection)
    let path = folder.file("copy.hdf5")
    _ = try DataSetCopy(source, to: path).write()
    let copy = try DataFile.open(path)
    #expect([copy.samples, copy.frames] + copy.spatialShape == shape)
    #expect(copy.variableNames == ["u"] && copy.times == source.times)
    #expect(copy.axes.allSatisfy { !$0.isAssumed })
    let samples = Array(0..<shape[0])
    #expect(try BatchLoader(copy).batch(samples).frames == BatchLoader(source).batch(samples).frames)
  }
}
