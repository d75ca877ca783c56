/// nRMSE of the paper, baseline and TempBalance, to hold others against.
///
/// Means over 3 seeds of 9,000 · ratio training samples. Whether they count the given frames, whose error is 0, is not
/// stated; its code does.
///
/// Source: "Model Balancing Helps Low-data Training and Fine-tuning", arXiv 2410.12178, Table 19.
public struct PaperResult: Sendable, Equatable, Codable {
  /// The part of the 9,000 training samples that is kept.
  public let ratio: Double
  /// nRMSE of the baseline.
  public let baseline: Double
  /// nRMSE with TempBalance.
  public let tempbalance: Double

  /// How much lower the error is with TempBalance, in percent.
  public var improvement: Double { 100 * (baseline - tempbalance) / baseline }

  /// `model,dimensions,ratio,baseline,TempBalance`, of CFD data.
  private static let table = """
    fno,1,1,0.0502,0.0474
    fno,1,0.5,0.0604,0.0568
    fno,1,0.25,0.0781,0.0742
    fno,1,0.1,0.113,0.102
    fno,1,0.025,0.211,0.208
    fno,1,0.006,0.248,0.238
    fno,2,1,0.123,0.116
    fno,2,0.5,0.140,0.137
    fno,2,0.25,0.211,0.203
    fno,2,0.1,0.235,0.229
    fno,2,0.025,0.322,0.306
    fno,2,0.006,0.546,0.467
    unet,1,1,0.208,0.191
    unet,1,0.5,0.225,0.223
    unet,1,0.25,0.228,0.226
    unet,1,0.1,0.240,0.238
    unet,1,0.025,0.274,0.254
    unet,1,0.006,0.346,0.329
    unet,2,1,0.296,0.290
    unet,2,0.5,0.287,0.285
    unet,2,0.25,0.306,0.301
    unet,2,0.1,0.309,0.306
    unet,2,0.025,0.389,0.380
    unet,2,0.006,0.388,0.378
    """

  /// The number of training samples of the whole set.
  private static let pool = 9000.0

  /// The paper's result at the number of training samples that is nearest by its logarithm.
  ///
  /// - Parameters:
  ///   - kind: fno or unet.
  ///   - dimensions: The number of spatial axes.
  ///   - trainSamples: The number of training samples.
  /// - Returns: The result; nil if the paper has none of that model and dimension, or none within a factor of 1.5.
  public static func nearest(kind: String, dimensions: Int, trainSamples: Int) -> PaperResult? {
    let rows = table.split(separator: "\n").map { $0.split(separator: ",") }
      .filter { $0[0] == kind && Int($0[1]) == dimensions }
      .compactMap { row -> PaperResult? in
        guard let ratio = Double(row[2]), let baseline = Double(row[3]), let own = Double(row[4]) else {
          return nil
        }
        return PaperResult(ratio: ratio, baseline: baseline, tempbalance: own)
      }
    func distance(_ result: PaperResult) -> Double {
      let factor = result.ratio * pool / Double(trainSamples)
      return max(factor, 1 / factor)
    }
    return rows.min { distance($0) < distance($1) }.flatMap { distance($0) <= 1.5 ? $0 : nil }
  }
}

extension BenchmarkSummary {
  /// What the paper has for such a model and number of training samples.
  public var paper: PaperResult? {
    guard let row = rows.first else { return nil }
    return PaperResult.nearest(kind: row.kind, dimensions: row.dimensions, trainSamples: trainSamples)
  }
}
