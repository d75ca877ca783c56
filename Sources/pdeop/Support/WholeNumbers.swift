/// Options that take several whole numbers, as in `3,20,512`.
enum WholeNumbers {
  /// The numbers in a text.
  ///
  /// - Parameters:
  ///   - text: What was given.
  ///   - range: The numbers that are allowed.
  /// - Returns: The numbers, at least one; nil where a part is no whole number, or none that is allowed.
  static func parse(_ text: String, in range: ClosedRange<Int>) -> [Int]? {
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    return numbers.allSatisfy { $0.map(range.contains) == true } ? numbers.compactMap { $0 } : nil
  }
}
