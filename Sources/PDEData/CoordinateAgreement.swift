extension [Double] {
  /// Whether these are the coordinates of the same points, but for rounding: none is off by more than 1e-4 of the extent.
  ///
  /// - Parameter other: The others.
  /// - Returns: Whether they are; never for another number of them.
  func areThose(of other: [Double]) -> Bool {
    let extent = abs((other.last ?? 0) - (other.first ?? 0))
    return count == other.count && zip(self, other).allSatisfy { abs($0 - $1) <= 1e-4 * extent }
  }
}
