/// The size of arrays whose extents come from files, where a product may be beyond what an integer holds.
package enum ArraySize {
  /// The number of elements of an array.
  ///
  /// A zero does not hide the size of what stands beside it: parts of a shape are multiplied elsewhere.
  ///
  /// - Parameter shape: The extents.
  /// - Returns: Their product; nil if an extent is below zero, or if those that are not zero come to more than an integer
  ///   holds.
  package static func elements(of shape: [Int]) -> Int? {
    var count = 1
    for extent in shape where extent != 0 {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard extent > 0, !overflow else { return nil }
      count = product
    }
    return shape.contains(0) ? 0 : count
  }

  /// The bytes that an array takes.
  ///
  /// - Parameters:
  ///   - shape: The extents.
  ///   - element: The bytes of one element.
  /// - Returns: The bytes; nil where ``elements(of:)`` is, or if they are beyond what an integer holds.
  package static func bytes(of shape: [Int], element: Int) -> Int? {
    guard let count = elements(of: shape) else { return nil }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: element)
    return overflow ? nil : bytes
  }
}
