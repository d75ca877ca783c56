import Glibc
package import TempBalance

/// The density of a layer's eigenvalues in bins of equal width on a logarithmic axis, as it is drawn.
package struct SpectrumHistogram {
  /// One bar: the eigenvalues between two bounds, and how dense they lie there.
  package struct Bin: Equatable {
    package let lower, upper: Double
    /// The share of the eigenvalues that lie in the bin, over its width: the integral over all bins is 1.
    package let density: Double
  }

  /// The bins that hold eigenvalues, from the smallest to the largest.
  package let bins: [Bin]

  /// Counts eigenvalues; about √N bins, 5 to 40, hold N of them.
  ///
  /// - Parameter eigenvalues: The eigenvalues in ascending order; zeros, which a logarithm cannot show, only count.
  package init(_ eigenvalues: ArraySlice<Double>) {
    let logarithms = eigenvalues.lazy.filter { $0 > 0 }.map { log10($0) }
    guard let lowest = logarithms.first, let highest = logarithms.max() else {
      bins = []
      return
    }
    let count = highest > lowest + 1e-6 ? min(max(Int(Double(eigenvalues.count).squareRoot()), 5), 40) : 1
    // Equal eigenvalues stand in one narrow bar.
    let width = count == 1 ? 0.04 : (highest - lowest) / Double(count)
    let start = count == 1 ? lowest - width / 2 : lowest
    var counts = [Int](repeating: 0, count: count)
    for value in logarithms { counts[min(Int((value - start) / width), count - 1)] += 1 }
    bins = counts.enumerated().filter { $0.element > 0 }.map { index, members in
      let (lower, upper) = (
        pow(10, start + Double(index) * width), pow(10, start + Double(index + 1) * width)
      )
      return Bin(
        lower: lower, upper: upper, density: Double(members) / Double(eigenvalues.count) / (upper - lower))
    }
  }
}

extension PowerLawFit {
  /// The fitted density at the two ends of the tail, by which its line is drawn: the tail's share of all eigenvalues times
  /// (α − 1)/λᵢ · (λ/λᵢ)^(−α).
  package func line(to largest: Double, of count: Int) -> [(eigenvalue: Double, density: Double)] {
    let share = Double(tailCount) / Double(count)
    return [lowerBound, largest].map {
      ($0, share * (alpha - 1) / lowerBound * pow($0 / lowerBound, -alpha))
    }
  }
}
