/// PDEBench's error measures of predicted fields, as means over variables and frames.
///
/// d = prediction − target, N is the number of points, ⟨·⟩ the mean over samples; each measure is taken per variable and
/// frame first (``FrameMetrics`` keeps those) and then averaged over variables and frames.
///
/// | Key | Definition per variable and frame |
/// |---|---|
/// | `RMSE` | ⟨√(Σ d² / N)⟩ |
/// | `nRMSE` | ⟨√(Σ d² / N) / √(Σ target² / N)⟩ |
/// | `CSV` | √⟨(Σ d)²⟩ / N, the error of the conserved total |
/// | `Max` | max over samples and points of \|d\| |
/// | `BD` | ⟨√(sum of d² over all sides / number of points on all sides)⟩, the error at the boundary |
/// | `F` | three bands of √⟨Σ of \|d̂\|² over a shell of wavenumbers⟩ / N, the mean over each band's shells |
///
/// In two and three dimensions a point on an edge counts once for each side it is on. d̂ is the unscaled Fourier transform
/// of d. In one dimension the shells are the real transform's modes 0 to ⌊n/2⌋; in two and three, mode (i, j(, k)) with
/// every index below half its axis's extent belongs to shell ⌊√(i² + j² (+ k²))⌋, and shells up to half the smallest extent
/// count. The bands are shells 0 to 3, 4 to 11, and 12 on. A band without shells is NaN: the high one needs 24 points in
/// one dimension and 26 along each axis in more.
///
/// The initial frames count, as in the code that the low-data results of PDE learning were published with: a prediction
/// repeats them, so that their error is 0. `nRMSE_predicted` is the mean of nRMSE over the other frames, as PDEBench
/// itself reports it.
///
/// Where a target is zero at every point, nRMSE is not defined. An exact prediction then counts as 0; any other is left
/// out of the mean and counted in ``zeroTargets``. If no field that counts has another target, so that the mean would be
/// one of such zeros, nRMSE as a whole is undefined, NaN here and null in JSON.
///
/// BD is PDEBench's in one and two dimensions. In three its code adds up the squares of all variables under one root,
/// √(Σ over variables and sides of d² / number of points on all six faces), which depends on how many variables there are
/// and has no value for one of them; here BD has the same definition in every dimension. The two agree for a single
/// variable.
///
/// Source: Takamoto et al., *PDEBench: An Extensive Benchmark for Scientific Machine Learning*, arXiv:2210.07182,
/// appendix B.
public struct Metrics: Sendable, Equatable {
  /// Root mean square error.
  public let rmse: Double
  /// Root mean square error relative to the target's root mean square, over all frames; NaN where it is undefined.
  public let nrmse: Double
  /// The same over the predicted frames alone; NaN also if there are none.
  public let predictedNRMSE: Double
  /// Error of the total over all points, divided by their number.
  public let conserved: Double
  /// Largest absolute error.
  public let maximum: Double
  /// Root mean square error on the sides of the domain.
  public let boundary: Double
  /// Error of the low, middle and high wavenumbers; NaN for a band without shells.
  public let fourier: [Double]
  /// The number of samples.
  public let samples: Int
  /// The number of fields: samples times variables times frames; nil if an earlier version wrote the metrics.
  public let fields: Int?
  /// How many fields are left out of nRMSE: their target is zero at every point, and the prediction is not.
  public let zeroTargets: Int

  /// What is left out of nRMSE, and why; nil if nothing is.
  public var omission: String? {
    guard zeroTargets > 0 else { return nil }
    return "\(zeroTargets)\(fields.map { " of \($0)" } ?? "") fields are left out of nRMSE: "
      + "their target is zero at every point, and the prediction is not"
  }
}

/// The same numbers under PDEBench's names. JSON has none that are not finite: they are written as null.
extension Metrics: Codable {
  private enum CodingKeys: String, CodingKey {
    case rmse = "RMSE"
    case nrmse = "nRMSE"
    case predictedNRMSE = "nRMSE_predicted"
    case conserved = "CSV"
    case maximum = "Max"
    case boundary = "BD"
    case fourier = "F"
    case samples, fields
    case zeroTargets = "zero_targets"
    case omission = "nRMSE_note"
  }

  /// Decodes what ``encode(to:)`` wrote; null becomes NaN.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func number(_ key: CodingKeys) throws -> Double {
      try container.decode(NullableNumber.self, forKey: key).value
    }
    rmse = try number(.rmse)
    nrmse = try number(.nrmse)
    predictedNRMSE = try number(.predictedNRMSE)
    conserved = try number(.conserved)
    maximum = try number(.maximum)
    boundary = try number(.boundary)
    fourier = try container.decode([NullableNumber].self, forKey: .fourier).map(\.value)
    guard fourier.count == 3 else {
      throw DecodingError.dataCorruptedError(
        forKey: .fourier, in: container, debugDescription: "\(fourier.count) bands of wavenumbers, expected 3"
      )
    }
    samples = try container.decode(Int.self, forKey: .samples)
    fields = try container.decodeIfPresent(Int.self, forKey: .fields)
    zeroTargets = try container.decodeIfPresent(Int.self, forKey: .zeroTargets) ?? 0
  }

  /// Encodes the numbers by PDEBench's names; `nRMSE_note` says what was left out, if anything was.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(NullableNumber(rmse), forKey: .rmse)
    try container.encode(NullableNumber(nrmse), forKey: .nrmse)
    try container.encode(NullableNumber(predictedNRMSE), forKey: .predictedNRMSE)
    try container.encode(NullableNumber(conserved), forKey: .conserved)
    try container.encode(NullableNumber(maximum), forKey: .maximum)
    try container.encode(NullableNumber(boundary), forKey: .boundary)
    try container.encode(fourier.map(NullableNumber.init), forKey: .fourier)
    try container.encode(samples, forKey: .samples)
    try container.encodeIfPresent(fields, forKey: .fields)
    try container.encode(zeroTargets, forKey: .zeroTargets)
    try container.encodeIfPresent(omission, forKey: .omission)
  }
}

/// The measures of ``Metrics`` for every variable and frame, before the mean over them: `[variable][frame]`.
public struct FrameMetrics: Sendable, Equatable {
  /// Root mean square error.
  public let rmse: [[Double]]
  /// Root mean square error relative to the target's; NaN where it is defined for no sample.
  public let nrmse: [[Double]]
  /// Error of the total over all points, divided by their number.
  public let conserved: [[Double]]
  /// Largest absolute error.
  public let maximum: [[Double]]
  /// Root mean square error on the sides of the domain.
  public let boundary: [[Double]]
  /// Error of the low, middle and high wavenumbers: `[variable][band][frame]`.
  public let fourier: [[[Double]]]
}

/// Encoded under PDEBench's names, with null for numbers that are not finite.
extension FrameMetrics: Codable {
  private enum CodingKeys: String, CodingKey {
    case rmse = "RMSE"
    case nrmse = "nRMSE"
    case conserved = "CSV"
    case maximum = "Max"
    case boundary = "BD"
    case fourier = "F"
  }

  /// Decodes what ``encode(to:)`` wrote; null becomes NaN.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func table(_ key: CodingKeys) throws -> [[Double]] {
      try container.decode([[NullableNumber]].self, forKey: key).map { $0.map(\.value) }
    }
    rmse = try table(.rmse)
    nrmse = try table(.nrmse)
    conserved = try table(.conserved)
    maximum = try table(.maximum)
    boundary = try table(.boundary)
    fourier = try container.decode([[[NullableNumber]]].self, forKey: .fourier)
      .map { $0.map { $0.map(\.value) } }
    guard fourier.allSatisfy({ $0.count == 3 }) else {
      throw DecodingError.dataCorruptedError(
        forKey: .fourier, in: container, debugDescription: "not 3 bands of wavenumbers")
    }
  }

  /// Encodes the tables by PDEBench's names.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    let tables: [(CodingKeys, [[Double]])] = [
      (.rmse, rmse), (.nrmse, nrmse), (.conserved, conserved), (.maximum, maximum), (.boundary, boundary),
    ]
    for (key, table) in tables {
      try container.encode(table.map { $0.map(NullableNumber.init) }, forKey: key)
    }
    try container.encode(fourier.map { $0.map { $0.map(NullableNumber.init) } }, forKey: .fourier)
  }
}
