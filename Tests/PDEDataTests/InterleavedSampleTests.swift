import ArrayFiles
import Foundation
import HDF5
import PDEData
import Synchronization
import TensorCore
import TestSupport
import Testing

/// Files in which the axis of samples changes fastest.
@Suite("Interleaved samples") struct InterleavedSampleTests {
  /// A file of an array `[sample, time, x]` in Fortran's order that counts what is read of it.
  private final class CountedFile: ArrayFile {
    let path = "counted"
    let format = "a test"
    let array = StoredArray(name: "u", shape: [40, 3, 5], elementType: "float32")
    private let reads = Mutex<[ArraySlab]>([])

    var arrays: [StoredArray] { [array] }
    var slabs: [ArraySlab] { reads.withLock { $0 } }

    func innermostAxis(of array: StoredArray) -> Int? { 0 }

    func list(_ array: StoredArray) throws -> [Double] { try values(of: array).map(Double.init) }

    func read(_ array: StoredArray, _ slab: ArraySlab, into target: inout MutableSpan<Float>) {
      reads.withLock { $0.append(slab) }
      var index = 0
      for n in 0..<slab.count[0] {
        for t in 0..<slab.count[1] {
          for x in 0..<slab.count[2] {
            let place = (n * slab.stride[0], t * slab.stride[1], x * slab.stride[2])
            target[index] = Float(
              (slab.start[0] + place.0) * 100 + (slab.start[1] + place.1) * 10 + slab.start[2] + place.2)
            index += 1
          }
        }
      }
    }
  }

  private let file = CountedFile()

  /// The values of a sample by blocks of at most some bytes; nil where it is to be read alone.
  private func read(_ sample: Int, _ blocks: SampleBlocks) throws -> [Float]? {
    let part = ArraySlab(start: [sample, 1, 0], count: [1, 2, 5])
    guard let block = try blocks.block(of: file.array, sampleAxis: 0, part, in: file, sampleBytes: 60) else {
      return nil
    }
    let start = (sample - block.part.start[0]) * 10
    return Array(block.values.elements[start..<start + 10])
  }

  private func expected(_ sample: Int) -> [Float] {
    (1...2).flatMap { t in (0..<5).map { Float(sample * 100 + t * 10 + $0) } }
  }

  @Test("all samples are read at once where they fit, in whatever order they are asked for")
  func whole() throws {
    let blocks = SampleBlocks(memory: 40 * 60)
    #expect(try read(7, blocks) == nil, "one sample alone may be all that is wanted")
    for sample in [31, 2, 39, 0] { #expect(try read(sample, blocks) == expected(sample)) }
    #expect(file.slabs.map(\.count) == [[40, 2, 5]])
  }

  @Test("samples in order are read many at a time within bounds, others alone")
  func inOrder() throws {
    let blocks = SampleBlocks(memory: 16 * 60)
    #expect(try read(0, blocks) == nil)
    for sample in 1..<40 { #expect(try read(sample, blocks) == expected(sample)) }
    #expect(file.slabs.map(\.start[0]) == [1, 17, 33] && file.slabs.map(\.count[0]) == [16, 16, 7])
    for sample in [3, 30, 12, 25] { #expect(try read(sample, blocks) == nil) }
    #expect(file.slabs.count == 3)
    #expect(try read(2, SampleBlocks(memory: 60)) == nil)
  }

  @Test("samples in Fortran's order are the same fields as in C's, read in any order")
  func fortran() throws {
    let folder = try TemporaryFolder()
    let shape = [6, 4, 5, 3]
    let count = shape.reduce(1, *)
    // Element [n, t, x, y] is its place in C's order.
    var order: [Float] = []
    for y in 0..<3 {
      for x in 0..<5 {
        for t in 0..<4 { for n in 0..<6 { order.append(Float(((n * 4 + t) * 5 + x) * 3 + y)) } }
      }
    }
    let file = try HDF5File(creating: folder.file("turned.h5"))
    try file.createDataSet("u", shape: [3, 5, 4, 6]).write(order.map(Double.init))
    try file.close()
    let data = try DataFile.open(
      folder.file("turned.h5"), selection: FieldSelection(axes: ["y", "x", "t", "n"]))
    for sample in [5, 0, 3, 1, 1, 4] {
      let slab = FieldSlab(sample: sample, variables: [0], frames: [1, 3], pointStride: 2)
      var values = [Float](repeating: .nan, count: 2 * 3 * 2)
      var span = values.mutableSpan
      try data.read(slab, into: &span)
      var expected: [Float] = []
      for t in [1, 3] {
        for x in [0, 2, 4] { for y in [0, 2] { expected.append(Float(((sample * 4 + t) * 5 + x) * 3 + y)) } }
      }
      #expect(values == expected, "sample \(sample) of \(count / 6)")
    }
  }
}
