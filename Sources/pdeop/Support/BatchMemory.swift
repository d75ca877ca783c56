import ArgumentParser
import SystemFiles

/// Checks whether a batch of numbers in single precision fits into memory.
enum BatchMemory {
  /// Refuses a batch that does not fit.
  ///
  /// - Parameters:
  ///   - extents: The extents of what is timed.
  ///   - options: The options that make it smaller, in words.
  /// - Throws: `ValidationError` with its size and that of the memory.
  static func require(_ extents: [Int], lowering options: String) throws {
    let bytes = (extents + [MemoryLayout<Float>.size]).reduce(1) { product, count in
      let (value, overflow) = product.multipliedReportingOverflow(by: count)
      return overflow ? .max : value
    }
    guard bytes < SystemMemory.bytes else {
      throw ValidationError(
        "A batch takes \(bytes >> 20) MB, and there are \(SystemMemory.bytes >> 20) MB of memory; lower \(options)."
      )
    }
  }
}
