extension Collection<Double> {
  /// The first entry at which numbers no longer go the way of the first two, or do not move at all; nil where all of them
  /// rise or all of them fall.
  var turningEntry: Int? {
    let steps = zip(dropFirst(), self).map { $0 - $1 }
    guard let first = steps.first else { return nil }
    return steps.firstIndex { first > 0 ? !($0 > 0) : !($0 < 0) }.map { $0 + 1 }
  }

  /// The first entry that is not above the one before; nil where all of them rise.
  var notRisingEntry: Int? {
    zip(dropFirst(), self).enumerated().first { !($0.element.0 > $0.element.1) }.map { $0.offset + 1 }
  }
}
