package import ArrayFiles
import Synchronization
import SystemFiles
package import TensorCore

/// Samples that lie interleaved in a file, of which many are read at once.
///
/// In MATLAB's and Fortran's order the first axis changes fastest. Where that is the axis of samples, the numbers of one sample
/// lie far from each other, and reading one costs about as much as reading many. So all samples are read at once where they
/// fit into memory, and otherwise as many as fit, as long as they are asked for in order, as statistics and a copy do.
package final class SampleBlocks: Sendable {
  /// Some samples of a part of an array.
  private struct Kept {
    let array: String
    /// What is read of each sample.
    let ofSample: ArraySlab
    /// The sample that was asked for last.
    var last: Int
    var block: (values: Tensor, part: ArraySlab)?
  }

  /// The bytes that samples may take.
  private let memory: Int
  private let kept = Mutex<[Kept]>([])

  /// Blocks of at most some bytes in all.
  package init(memory: Int = min(SystemMemory.bytes / 16, 512 << 20)) {
    self.memory = memory
  }

  /// Samples among which is the one that is wanted.
  ///
  /// - Parameters:
  ///   - array: The array.
  ///   - axis: The place of its axis of samples.
  ///   - part: The part of it that is wanted, of one sample.
  ///   - file: The array's file.
  ///   - sampleBytes: The bytes of one sample in all arrays of the data set.
  /// - Returns: A part of the array with the same extents but for that of the samples, and its numbers; nil where one sample is
  ///   better read alone.
  /// - Throws: If the file cannot be read.
  package func block(
    of array: StoredArray, sampleAxis axis: Int, _ part: ArraySlab, in file: any ArrayFile,
    sampleBytes: @autoclosure () -> Int
  ) throws -> (values: Tensor, part: ArraySlab)? {
    guard part.elements > 1, file.innermostAxis(of: array) == axis else { return nil }
    let (sample, samples) = (part.start[axis], array.shape[axis])
    let most = memory / max(sampleBytes(), 1)
    guard most > 1 else { return nil }
    let ofSample = part.with(axis, start: 0, count: 1)
    return try kept.withLock { kept in
      // What was used last stands last.
      guard let place = kept.firstIndex(where: { $0.array == array.name && $0.ofSample == ofSample })
      else {
        kept.append(Kept(array: array.name, ofSample: ofSample, last: sample))
        Self.forget(&kept, memory)
        return nil
      }
      var entry = kept.remove(at: place)
      let isInOrder = (1...max(most / 4, 1)).contains(sample - entry.last)
      entry.last = sample
      if let block = entry.block,
        (block.part.start[axis]..<block.part.start[axis] + block.part.count[axis]).contains(sample)
      {
        kept.append(entry)
        return block
      }
      entry.block = nil
      if isInOrder || most >= samples {
        let first = most >= samples ? 0 : sample
        entry.block = try Self.read(
          array, part.with(axis, start: first, count: min(most, samples - first)), from: file)
      }
      kept.append(entry)
      Self.forget(&kept, memory)
      return entry.block
    }
  }

  private static func read(
    _ array: StoredArray, _ part: ArraySlab, from file: any ArrayFile
  ) throws -> (values: Tensor, part: ArraySlab) {
    var values = Tensor(uninitialized: part.count)
    try values.withUnsafeMutableElements { values in
      var span = values.mutableSpan
      try file.read(array, part, into: &span)
    }
    return (values, part)
  }

  /// Lets go of what was not used for longest, until the rest is within bounds.
  private static func forget(_ kept: inout [Kept], _ memory: Int) {
    func bytes(_ entry: Kept) -> Int { (entry.block?.part.elements ?? 0) * MemoryLayout<Float>.stride }
    var total = kept.reduce(0) { $0 + bytes($1) }
    while kept.count > 1, total > memory || kept.count > mostParts { total -= bytes(kept.removeFirst()) }
  }

  /// Parts that are remembered; a sample is read in a few of them.
  private static let mostParts = 64
}

extension ArraySlab {
  /// The same with another part of one axis.
  fileprivate func with(_ axis: Int, start first: Int, count extent: Int) -> ArraySlab {
    var (start, count) = (start, count)
    (start[axis], count[axis]) = (first, extent)
    return ArraySlab(start: start, count: count, stride: stride)
  }
}
