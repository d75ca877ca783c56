import ArgumentParser
import SystemFiles

/// Checks whether arrays of numbers in single precision fit into memory together.
enum BatchMemory {
  /// Refuses arrays that do not fit.
  ///
  /// - Parameters:
  ///   - arrays: The extents of each array that is there at a time.
  ///   - options: The options that make them smaller, in words.
  /// - Throws: `ValidationError` with their size and that of the memory.
  static func require(_ arrays: [[Int]], lowering options: String) throws {
    let bytes = arrays.reduce(0) { sum, extents in
      let size = (extents + [MemoryLayout<Float>.size]).reduce(1) { product, count in
        let (value, overflow) = product.multipliedReportingOverflow(by: count)
        return overflow ? .max : value
      }
      let (value, overflow) = sum.addingReportingOverflow(size)
      return overflow ? .max : value
    }
    guard bytes < SystemMemory.bytes else {
      throw ValidationError(
        "This takes \(bytes >> 20) MB, and there are \(SystemMemory.bytes >> 20) MB of memory; lower \(options)."
      )
    }
  }
}
