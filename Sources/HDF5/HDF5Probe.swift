import CHDF5

/// Reads all of a file's structure, for a process that may crash over it.
///
/// Every object is opened, every attribute read, and of each data set the place of every chunk looked up, up to a million in a
/// file, and then a few thousand of each further data set. A small data set is read, of one with more than a million elements
/// the first and the last sample. What a later reader asks of HDF5 has then been asked once. Of a group that holds more than 256 objects, such as one for each sample, 64 are
/// looked at, the first and the last among them: an object takes about 0.15 ms, so 10,000 groups of five would take seven
/// seconds before a command begins. What is not looked at has HDF5's own checks alone.
public enum HDF5Probe {
  /// Walks through a file. Errors that HDF5 reports are ignored here, but those of groups: a reader will meet them again and
  /// report them.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - allowsExternal: Whether the file may take content from elsewhere.
  ///   - alive: Is called after every object and some chunks.
  /// - Throws: ``HDF5Error`` where the file cannot be opened, ``HDF5Error/deadly(file:what:)`` where a group cannot be read,
  ///   or a chunk is not as large as declared.
  public static func walk(
    _ path: String, allowsExternal: Bool, alive: () -> Void
  ) throws(HDF5Error) {
    // Where the C library looks for damage of the memory when it is freed, all must be freed that HDF5 keeps for later.
    defer { HDF5Library.locked { _ = H5garbage_collect() } }
    try visit(path, allowsExternal: allowsExternal, alive: alive)
  }

  private static func visit(
    _ path: String, allowsExternal: Bool, alive: () -> Void
  ) throws(HDF5Error) {
    let file = try HDF5File(
      reading: path, access: HDF5Access(allowsExternal: allowsExternal), ignoresLocks: true)
    var visited: Set<UInt64> = []
    var lookUps = mostLookUps
    var waiting = ["/"]
    while let object = waiting.popLast() {
      guard let number = try? file.objectNumber(object), visited.insert(number).inserted else { continue }
      _ = try? file.attributes(of: object)
      if let dataSet = try? file.dataSet(at: object) {
        _ = try? dataSet.dimensions()
        guard dataSet.touch(&lookUps, alive) else {
          throw .deadly(file: path, what: "found a damaged chunk")
        }
      } else if (try? file.kind(of: object)) == .group {
        guard let names = try? file.names(in: object) else {
          // Where HDF5 fails here it may have written out of bounds, and what it is asked next may crash.
          throw .deadly(file: path, what: "found a damaged group")
        }
        waiting += some(of: names).map { object == "/" ? "/\($0)" : "\(object)/\($0)" }
      }
      alive()
    }
  }

  /// How many chunks are looked up in a file, which takes seconds at most. A file can declare more than anybody waits for.
  private static let mostLookUps = 1 << 20

  /// Of this many objects in a group all are looked at.
  private static let fewObjects = 256

  /// The first, the last and some between, where there are many.
  private static func some(of names: [String]) -> [String] {
    guard names.count > fewObjects else { return names }
    let count = fewObjects / 4
    return (0..<count).map { names[$0 * (names.count - 1) / (count - 1)] }
  }
}

extension HDF5DataSet {
  /// Looks up its chunks, checks the size of the first of them that is stored, and reads the first and the last element.
  ///
  /// - Parameters:
  ///   - lookUps: How many chunks may be looked up, though always some; those of this data set are taken off. Where there are
  ///     more, some that lie evenly are.
  ///   - alive: Is called after every 256 chunks.
  /// - Returns: False where that chunk has not the size that the data set declares: reading it is not safe.
  fileprivate func touch(_ lookUps: inout Int, _ alive: () -> Void) -> Bool {
    guard !shape.contains(0) else { return true }
    // A file can declare any number of chunks and store none.
    if storage.bytes > 0, let chunk = storage.chunk, chunk.count == shape.count {
      let counts = zip(shape, chunk).map { ($0 - 1) / $1 + 1 }
      let declared = counts.reduce(1, *)
      let looked = min(declared, max(lookUps, Self.leastLookUps))
      lookUps -= looked
      let step = looked > 1 ? (declared - 1) / (looked - 1) : 1
      var hasChecked = false
      var offset = shape.map { _ in hsize_t(0) }
      for index in 0..<looked {
        var rest = index == looked - 1 ? declared - 1 : index * step
        for axis in counts.indices.reversed() {
          offset[axis] = hsize_t(rest % counts[axis] * chunk[axis])
          rest /= counts[axis]
        }
        var bytes: hsize_t = 0
        // Whether it succeeds does not matter: a chunk that was never written has no place.
        _ = HDF5Library.locked { H5Dget_chunk_storage_size(identifier, offset, &bytes) }
        if bytes > 0, !hasChecked {
          guard holdsWholeChunk(at: offset, storedBytes: bytes) else { return false }
          hasChecked = true
        }
        if (index + 1).isMultiple(of: 256) { alive() }
      }
    }
    guard storage.isNumeric else { return true }
    // As a reader would: all of a small data set, and of a large one its first and last sample.
    if whole.elements <= Self.fewElements {
      _ = try? doubles()
    } else {
      let rest = Array(shape.dropFirst())
      for sample in [0, shape[0] - 1] {
        let isSmall = rest.reduce(1, *) <= 64 * Self.fewElements
        let start = [sample] + rest.map { sample == 0 || isSmall ? 0 : $0 - 1 }
        _ = try? doubles(Hyperslab(start: start, count: isSmall ? [1] + rest : shape.map { _ in 1 }))
        alive()
      }
    }
    return true
  }

  private static var fewElements: Int { 1 << 20 }

  /// So many chunks are looked up of each data set, however many others there are: a few milliseconds.
  private static var leastLookUps: Int { 4096 }
}
