extension [Double] {
  /// Whether these are evenly spaced from the first to the last.
  ///
  /// - Parameter tolerance: How far one may be from its place, in parts of the spacing.
  /// - Returns: Whether they are; so are less than two.
  package func isEvenlySpaced(within tolerance: Double = 1e-3) -> Bool {
    guard let first, let last else { return true }
    let spacing = (last - first) / Double(Swift.max(count - 1, 1))
    return enumerated().allSatisfy { index, value in
      abs(value - (first + Double(index) * spacing)) <= tolerance * abs(spacing)
    }
  }
}
