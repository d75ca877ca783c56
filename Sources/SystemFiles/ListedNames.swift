extension [String] {
  /// Names for a message, but no more than a person reads.
  package var listed: String {
    guard !isEmpty else { return "nothing" }
    let shown = prefix(12).map { $0.abridged(to: 40) }.joined(separator: ", ")
    return shown + (count > 12 ? " and \(count - 12) more" : "")
  }
}
