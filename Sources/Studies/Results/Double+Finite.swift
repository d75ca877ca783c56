extension Double {
  /// The number; nil where it is infinite or none, which JSON and SQLite do not have.
  var ifFinite: Double? { isFinite ? self : nil }
}
