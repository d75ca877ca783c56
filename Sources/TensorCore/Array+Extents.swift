extension [Int] {
  /// The extents of a field for the user, such as 64×32.
  package var extents: String { map(String.init).joined(separator: "×") }
}
