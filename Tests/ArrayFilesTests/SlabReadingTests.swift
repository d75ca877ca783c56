import ArrayFiles
import TestSupport
import Testing

@Suite("Parts of arrays are read where they lie")
struct SlabReadingTests {
  /// Slabs of a shape that begin, end and step anywhere.
  private func slabs(of shape: [Int], count: Int) -> [ArraySlab] {
    var generator = SystemGenerator()
    return (0..<count).map { _ in
      let strides = shape.map { _ in Int.random(in: 1...3, using: &generator) }
      let starts = shape.map { Int.random(in: 0..<$0, using: &generator) }
      let counts = shape.indices.map {
        Int.random(in: 1...((shape[$0] - starts[$0] + strides[$0] - 1) / strides[$0]), using: &generator)
      }
      return ArraySlab(start: starts, count: counts, stride: strides)
    }
  }

  /// The same numbers every time.
  private struct SystemGenerator: RandomNumberGenerator {
    var state: UInt64 = 1
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 29
    }
  }

  /// What a slab of the array holds whose element is its place in row-major order.
  private func expected(_ slab: ArraySlab, of shape: [Int]) -> [Float] {
    var places = [0]
    for axis in shape.indices {
      places = places.flatMap { place in
        (0..<slab.count[axis]).map { place * shape[axis] + slab.start[axis] + $0 * slab.stride[axis] }
      }
    }
    return places.map { Float($0) }
  }

  /// The places in row-major order, first index fastest.
  private func columnMajor(_ shape: [Int]) -> [Float] {
    let count = shape.reduce(1, *)
    var values = [Float](repeating: 0, count: count)
    for place in 0..<count {
      var (rest, index, step) = (place, [Int](), 1)
      for extent in shape.reversed() {
        index.append(rest % extent)
        rest /= extent
      }
      var target = 0
      for (extent, i) in zip(shape, index.reversed()) {
        target += i * step
        step *= extent
      }
      values[target] = Float(place)
    }
    return values
  }

  @Test(
    "at any start, count and stride, in either order of axes",
    arguments: [[7], [5, 1, 4], [6, 7, 8, 3], [3, 2000, 90], [1500, 30, 9], [2, 3, 100_000]], [false, true])
  func anySlab(shape: [Int], isFortran: Bool) throws {
    let files = try WrittenFile()
    let count = shape.reduce(1, *)
    let values = isFortran ? columnMajor(shape) : (0..<count).map { Float($0) }
    let text = "(\(shape.map(String.init).joined(separator: ", ")),)"
    let file = try #require(
      try files.open(NumPySeed.array("<f4", text, values.withUnsafeBytes { Array($0) }, isFortran: isFortran))
    )
    #expect(file.arrays == [StoredArray(name: "", shape: shape, elementType: "float32")])
    let whole = ArraySlab(start: shape.map { _ in 0 }, count: shape)
    for slab in slabs(of: shape, count: count > 10_000 ? 6 : 60) + [whole] {
      #expect(try file.part(file.arrays[0], slab) == expected(slab, of: shape), "\(slab)")
    }
  }

  @Test("nothing is read of an empty part, and a number without axes is one")
  func empty() throws {
    let files = try WrittenFile()
    let row = try #require(try files.open(NumPySeed.array("<f4", "(3,)", NumPySeed.floats([1, 2, 3]))))
    #expect(try row.part(row.arrays[0], ArraySlab(start: [3], count: [0])) == [])
    #expect(try files.contents(NumPySeed.array("<f4", "()", NumPySeed.floats([5])))[""]?.values == [5])
    #expect(try files.contents(NumPySeed.array("<f4", "(4, 0)", []))[""]?.shape == [4, 0])
  }

  @Test("a file that is cut or written to after it was opened is an error, not a crash")
  func changed() throws {
    let files = try WrittenFile()
    let bytes = NumPySeed.array("<f4", "(100, 100)", NumPySeed.floats((0..<10_000).map { Float($0) }))
    let path = try files.path(bytes)
    let file = try #require(try ArrayFileFormats.open(path))
    let slab = ArraySlab(start: [99, 0], count: [1, 100])
    #expect(try file.part(file.arrays[0], slab).last == 9999)
    _ = try files.path(Array(bytes.prefix(500)))
    let error = #expect(throws: ArrayFileError.self) { try file.part(file.arrays[0], slab) }
    guard case .changed(path, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}
