/// nRMSE: ⟨√(Σ d² / N) / √(Σ target² / N)⟩, over all frames and, as `nRMSE_predicted`, over the predicted ones alone.
///
/// Where a target is zero at every point, nRMSE is not defined. An exact prediction then counts as 0; any other is left
/// out of the mean. If no field that counts has another target, so that the mean would be one of such zeros, nRMSE as a
/// whole is undefined.
public struct NormalizedError: FieldMetric {
  /// The key in files of metrics.
  public static let key = "nRMSE"
  static let predictedKey = "nRMSE_predicted"
  /// The rows in tables.
  public static let rows = [
    MetricRow("nRMSE", "all frames, the given ones (error 0) included"),
    MetricRow("nRMSE predicted", "the predicted frames alone", key: predictedKey),
  ]

  /// A measure of fields of one shape.
  public init(shape: [Int]) {}

  /// The relative errors, the number of samples that have one (zeros that were met included), and the number of samples
  /// whose target is not zero throughout.
  public var sumCount: Int { 3 }

  /// Adds one field's part to the sums.
  public func add(
    _ moments: ErrorMoments, difference: Span<Float>, target: Span<Float>, to sums: inout MutableSpan<Double>
  ) {
    if moments.targetSquares != 0 || moments.squares.isNaN {
      sums[0] += (moments.squares / moments.targetSquares).squareRoot()
      sums[1] += 1
      sums[2] += 1
    } else if moments.squares == 0 {
      sums[1] += 1
    }
  }

  /// The measure from the sums over all samples.
  public func values(of sums: ArraySlice<Double>, samples: Int) -> [Double?] {
    let (errors, count) = (sums[sums.startIndex], sums[sums.startIndex + 1])
    return [count > 0 ? errors / count : nil]
  }

  /// The means over all frames and over the predicted ones, NaN where they are undefined, and how many fields are left out.
  ///
  /// - Parameter table: The sums of each variable and frame.
  /// - Returns: The values under both keys, and the number of fields without one.
  public func summary(of table: MetricTable) -> MetricSummary {
    func counts(_ place: Int, frames: Range<Int>) -> [Int] {
      frames.flatMap { frame in
        (0..<table.variables).map { variable in
          let sums = table.sums(variable: variable, frame: frame)
          return Int(sums[sums.startIndex + place])
        }
      }
    }
    func mean(from first: Int) -> [Double] {
      let frames = first..<table.frames
      // Zeros for zeros that were met would hide that everything else is left out.
      let isDefined =
        counts(2, frames: frames).contains { $0 > 0 }
        || counts(1, frames: frames).allSatisfy { $0 == table.samples }
      return isDefined ? table.means(frames: frames) : [.nan]
    }
    return MetricSummary(
      values: [Self.key: mean(from: 0), Self.predictedKey: mean(from: table.initialSteps)],
      leftOut: counts(1, frames: 0..<table.frames).reduce(0) { $0 + table.samples - $1 })
  }
}

extension Metrics {
  /// Root mean square error relative to the target's root mean square, over all frames; NaN where it is undefined.
  public var nrmse: Double { self[NormalizedError.key] }
  /// The same over the predicted frames alone; NaN also if there are none.
  public var predictedNRMSE: Double { self[NormalizedError.predictedKey] }
}

extension FrameMetrics {
  /// Root mean square error relative to the target's, `[variable][frame]`; NaN where it is defined for no sample.
  public var nrmse: [[Double]] { self[NormalizedError.key] }

  /// The mean of ``nrmse`` over the variables, for each frame: a variable of which it is undefined does not make the others' so,
  /// as in the metrics over all frames. NaN where it is defined for none.
  package var meanNRMSE: [Double] {
    let errors = nrmse
    return (errors.first ?? []).indices.map { frame in
      let defined = errors.map { $0[frame] }.filter { !$0.isNaN }
      return defined.reduce(0, +) / Double(defined.count)
    }
  }
}
