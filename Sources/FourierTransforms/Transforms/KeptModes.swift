/// Which modes of a field's half spectrum are kept, and the order in which a spectrum holds them.
///
/// A spectrum is made of runs: the kept modes along the last axis, at one index along each of the other axes. The runs
/// are grouped into one corner for each choice of low or high indices on the leading axes, the first axis changing
/// fastest, row-major within a corner.
struct KeptModes: Hashable, Sendable {
  /// The field's extents.
  let shape: [Int]
  /// Kept indices along each axis but the last: one range, or a low and a high one of the same length.
  let leading: [[Range<Int>]]
  /// Kept modes along the last axis: 0 up to this number.
  let last: Int

  /// Points of the field.
  var points: Int { shape.reduce(1, *) }
  /// Points along the last axis.
  var lastExtent: Int { shape[shape.count - 1] }
  /// Kept modes of one corner.
  var cornerCount: Int { leading.reduce(last) { $0 * $1[0].count } }
  /// Kept modes.
  var count: Int { leading.reduce(cornerCount) { $0 * $1.count } }

  /// The indices along the leading axes of each run, in the order of the spectrum.
  var runs: [[Int]] {
    let corners = leading.reduce(1) { $0 * $1.count }
    return (0..<corners).flatMap { corner in
      var choice = corner
      var runs: [[Int]] = [[]]
      for ranges in leading {
        let range = ranges[choice % ranges.count]
        choice /= ranges.count
        runs = runs.flatMap { run in range.map { run + [$0] } }
      }
      return runs
    }
  }

  /// The kept indices along a leading axis, ascending.
  func indices(along axis: Int) -> [Int] { leading[axis].flatMap { Array($0) } }

  /// The kept indices along a leading axis as frequencies of either sign.
  func frequencies(along axis: Int) -> [Int] {
    indices(along: axis).map { 2 * $0 < shape[axis] ? $0 : $0 - shape[axis] }
  }

  /// The highest kept frequency along a leading axis, and at least 1.
  func highestFrequency(along axis: Int) -> Int {
    frequencies(along: axis).reduce(1) { max($0, abs($1)) }
  }

  /// How often a mode along the last axis stands for itself and its mirror image.
  func multiplicity(_ mode: Int) -> Float { mode == 0 || 2 * mode == lastExtent ? 1 : 2 }
}
