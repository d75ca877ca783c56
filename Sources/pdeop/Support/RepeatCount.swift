import ArgumentParser

/// The bounds of what benchmark commands do again and again.
enum RepeatCount {
  private static let range = 1...1_000_000

  /// Refuses numbers that would keep a command busy for ever.
  ///
  /// - Parameter counts: The numbers by option.
  /// - Throws: `ValidationError` with the option and the range.
  static func check(_ counts: KeyValuePairs<String, Int>) throws {
    for (name, count) in counts where !range.contains(count) {
      throw ValidationError(
        "--\(name) must be from \(range.lowerBound) to \(range.upperBound), got \(count).")
    }
  }
}
