extension BatchLoader {
  /// By which part of their distance points and frames may be off their even places, as coordinates in single precision need it.
  private static var spacingTolerance: Double { 0.01 }

  /// A note on each axis of space whose points are not evenly spaced.
  package var unevenPoints: [String] {
    axes.filter { !$0.coordinates.isEvenlySpaced(within: Self.spacingTolerance) }.map { axis in
      "The points of \(dataSet.path) along \(axis.name) are not evenly spaced, but \(axis.coordinates.distances) apart; Fourier transforms, convolutions and derivatives take them for evenly spaced."
    }
  }

  /// A note where the frames are not evenly spaced in time; nil where they are, or are no times.
  package var unevenFrames: String? {
    guard dataSet.frameNames == nil, !times.isEvenlySpaced(within: Self.spacingTolerance) else { return nil }
    return
      "The frames of \(dataSet.path) are not evenly spaced in time, but \(times.distances) apart; a model predicts each from those before it, whatever the time between them."
  }
}

extension [Double] {
  /// The least and the greatest distance of neighbors, as in "0.1 to 0.3".
  package var distances: String {
    let steps = zip(dropFirst(), self).map { abs($0 - $1) }
    return "\(Float(steps.min() ?? 0)) to \(Float(steps.max() ?? 0))"
  }
}
