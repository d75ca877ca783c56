public import ArgumentParser
import Foundation
public import TempBalance
import TensorCore
import WeightAnalysis

/// Which layers of a file of weights are analyzed, and how.
struct AnalysisOptions: ParsableArguments {
  /// The kinds of layers that are analyzed by default.
  private static let usualKinds = LayerKind.paper.union([.lowRank])

  /// The kinds of layers that are analyzed only on request.
  static let furtherKinds = LayerKind.allCases.filter { !usualKinds.contains($0) }

  @Option(
    help: """
      How λ_min, the start of the power law, is chosen: the median eigenvalue, the best fit, or the best fit near the peak of \
      the density (median, goodness-of-fit, peak).
      """)
  var fit = FitMethod.median

  @Option(
    parsing: .unconditional,
    help:
      "Divisor of the median fit: the tail starts at eigenvalue N / divisor. The paper uses 1.5 for transformers."
  )
  var xminPos = 2.0

  @Option(
    parsing: .unconditional,
    help:
      "Ignore eigenvalues that are not above this (default: 1e-5, but a layer of which none is above that keeps all)."
  )
  var threshold: Double?

  @Option(
    parsing: .unconditional,
    help: "Ignore eigenvalues that are not above this fraction of the layer's largest.")
  var relativeThreshold: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Sample sub-matrices of this aspect ratio (FARMS), 1 or more, so that layers of different shapes "
        + "can be compared.", valueName: "ratio"))
  var farms: Double?

  @Option(
    help: ArgumentHelp(
      "How to read a 1D convolution: one matrix per kernel position (matrix), or per output channel, as the paper's released "
        + "code does (released).", valueName: "reading"))
  var conv1d = LineConvolution.matrix

  @Option(
    help: ArgumentHelp(
      "Analyze only layers whose full name matches; * stands for any characters. May be repeated.",
      valueName: "pattern"))
  var layers: [String] = []

  @Option(
    help: ArgumentHelp(
      "Also analyze these, besides linear layers, convolutions and LoRA pairs: "
        + "\(Self.furtherKinds.map(\.rawValue).joined(separator: ", ")). May be repeated.",
      valueName: "kind"))
  var include: [LayerKind] = []

  @Option(parsing: .unconditional, help: "Threads (default: all cores).")
  var threads: Int?

  func validate() throws {
    guard xminPos > 1, xminPos.isFinite else {
      throw ValidationError("--xmin-pos must be above 1, got \(xminPos).")
    }
    if fit != .median, xminPos != 2 {
      throw ValidationError(
        "--xmin-pos needs --fit median; \(fit.rawValue) finds λ_min itself.")
    }
    if threshold != nil, relativeThreshold != nil {
      throw ValidationError("Give --threshold or --relative-threshold, not both.")
    }
    for (name, value, upper) in [
      ("threshold", threshold, Double.infinity), ("relative-threshold", relativeThreshold, 1),
    ] {
      guard let value, !(value >= 0 && value < upper) else { continue }
      throw ValidationError(
        "--\(name) must be at least 0\(upper.isFinite ? " and below \(upper)" : " and finite"), got \(value)."
      )
    }
    if let farms, !(farms >= 1 && farms.isFinite) {
      throw ValidationError("--farms must be a ratio of at least 1, got \(farms).")
    }
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads must be from 1 to 1024, got \(threads).")
    }
  }

  var analyzer: LayerAnalyzer {
    // Who gives a threshold is told what is above it, and nothing else.
    let limit =
      relativeThreshold.map { EigenvalueThreshold.relative($0) }
      ?? threshold.map { EigenvalueThreshold.strict($0) } ?? .absolute(1e-5)
    return LayerAnalyzer(
      fit: fit, medianDivisor: xminPos, threshold: limit,
      submatrices: farms.map { SubmatrixSampling(aspectRatio: $0) }, lineConvolution: conv1d)
  }

  /// The layers of a file to analyze.
  func analysis(of archive: WeightArchive, correction: LowRankCorrection = LowRankCorrection()) throws
    -> CheckpointAnalysis
  {
    let kinds = Self.usualKinds.union(include)
    return try CheckpointAnalysis(archive, kinds: kinds, correction: correction) { name in
      // fnmatch answers 0 for a match; a pattern that it cannot use matches nothing.
      layers.isEmpty || layers.contains { fnmatch($0, name, 0) == 0 }
    }
  }
}

extension FitMethod: ExpressibleByArgument {}
extension LineConvolution: ExpressibleByArgument {}
extension LayerKind: ExpressibleByArgument {}
