import CHDF5
import CZlib

extension HDF5DataSet {
  /// Whether a stored chunk holds as many bytes as the data set's chunk shape says.
  ///
  /// HDF5 takes that for granted: where the shape in a file is damaged, it copies what stands behind the chunk in memory.
  ///
  /// - Parameters:
  ///   - offset: The chunk's first element.
  ///   - storedBytes: What the chunk takes in the file, more than 0.
  /// - Returns: False where there are fewer or more; true where that is not looked into, as for filters that are not HDF5's own
  ///   and for chunks of more than 256 MB.
  func holdsWholeChunk(at offset: [hsize_t], storedBytes: hsize_t) -> Bool {
    guard let whole = storage.chunkBytes, whole <= Self.largestCheckedChunk else { return true }
    guard !storage.filters.isEmpty else { return storedBytes == hsize_t(whole) }
    guard storedBytes <= hsize_t(Self.largestCheckedChunk) else { return false }
    var packed = [UInt8](repeating: 0, count: Int(storedBytes))
    var leftOut: UInt32 = 0
    let status = packed.withUnsafeMutableBytes { packed in
      HDF5Library.locked { H5Dread_chunk(identifier, chdf5_default, offset, &leftOut, packed.baseAddress) }
    }
    // A reader will meet the error again, and report it.
    guard status >= 0 else { return true }
    var count = packed.count
    for (index, filter) in storage.filters.enumerated().reversed() where leftOut & (1 << UInt32(index)) == 0 {
      switch filter {
      case "fletcher32": count -= MemoryLayout<UInt32>.size
      case "shuffle": break
      case _ where filter.hasPrefix("deflate"):
        guard storage.filters[..<index].allSatisfy({ $0 == "shuffle" }) else { return true }
        return Self.inflates(packed.prefix(max(count, 0)), to: whole)
      default: return true
      }
    }
    return count == whole
  }

  /// In bytes.
  private static let largestCheckedChunk = 256 << 20

  private static func inflates(_ packed: ArraySlice<UInt8>, to whole: Int) -> Bool {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: whole + 1) { unpacked in
      var count = uLongf(unpacked.count)
      let status = packed.withUnsafeBufferPointer { packed in
        uncompress(unpacked.baseAddress, &count, packed.baseAddress, uLong(packed.count))
      }
      // Damaged contents are for HDF5 to report, by their checksum.
      return status == Z_DATA_ERROR || (status == Z_OK && count == uLongf(whole))
    }
  }
}
