public import TempBalance

/// A line of `layers.jsonl`: what a layer trains with from a step on.
///
/// There is a line for each layer at the beginning of every epoch, and wherever else the layers are analyzed.
///
/// | key | value |
/// | --- | --- |
/// | `epoch`, `step` | the first epoch and step, within the epoch, that it holds for; both from 0 |
/// | `learning_rate` | the layer's learning rate |
/// | `weight_decay` | the layer's weight decay |
/// | … | those of ``LayerScores`` |
public struct LayerRecord: Codable, Sendable, Equatable {
  /// The epoch, from 0.
  public let epoch: Int
  /// The step within the epoch, from 0.
  public let step: Int
  /// The layer, and its spectrum at the last analysis.
  public let layer: LayerScores
  /// The layer's learning rate.
  public let learningRate: Double
  /// The layer's weight decay.
  public let weightDecay: Double

  private enum CodingKeys: String, CodingKey {
    case epoch, step
    case learningRate = "learning_rate"
    case weightDecay = "weight_decay"
  }

  init(epoch: Int, step: Int, layer: LayerScores, learningRate: Double, weightDecay: Double) {
    self.epoch = epoch
    self.step = step
    self.layer = layer
    self.learningRate = learningRate
    self.weightDecay = weightDecay
  }

  /// Reads a line; the scores' keys are next to the others.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    epoch = try checkedCount(.epoch, in: values)
    step = try checkedCount(.step, in: values)
    learningRate = try values.decode(Double.self, forKey: .learningRate)
    weightDecay = try values.decode(Double.self, forKey: .weightDecay)
    layer = try LayerScores(from: decoder)
  }

  /// Writes a line.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(epoch, forKey: .epoch)
    try values.encode(step, forKey: .step)
    try values.encode(learningRate, forKey: .learningRate)
    try values.encode(weightDecay, forKey: .weightDecay)
    try layer.encode(to: encoder)
  }
}

/// The scores of a layer at an analysis: all of them, not only the one that layers are balanced by.
///
/// A score that is undefined for a layer has no key.
///
/// | key | value |
/// | --- | --- |
/// | `layer`, `kind` | its name, and what it does |
/// | `balanced` | whether it is one of those that are balanced; the others are left alone |
/// | `eigenvalues` | the number of eigenvalues that are used: those above the threshold, or all where none is |
/// | `alpha`, `D` | the exponent of the power law, and the distance of the tail from it |
/// | `lambda_max`, `squared_frobenius_norm` | the largest eigenvalue, and the sum of all |
/// | `stable_rank`, `normalized_stable_rank` | the sum of the eigenvalues over the largest, and over their number |
/// | `eigenvalue_ratio` | the largest eigenvalue over the median one |
/// | `alpha_hat` | α times the decimal logarithm of the largest eigenvalue |
public struct LayerScores: Codable, Sendable, Equatable {
  /// The layer's name.
  public let name: String
  /// What the layer does.
  public let kind: LayerKind
  /// Whether the layer is balanced; otherwise it keeps the schedule's learning rate.
  public let isBalanced: Bool
  /// The number of eigenvalues that are used.
  public let eigenvalues: Int
  /// α of the power law fitted to the layer's spectrum; none where it is undefined.
  public let alpha: Double?
  /// D of the power law.
  public let distance: Double?
  /// The largest eigenvalue.
  public let largestEigenvalue: Double
  /// The sum of the eigenvalues.
  public let squaredFrobeniusNorm: Double
  /// The sum over the largest.
  public let stableRank: Double
  /// The mean eigenvalue.
  public let normalizedStableRank: Double
  /// The largest eigenvalue over the median one; none for a layer of zeros.
  public let eigenvalueRatio: Double?
  /// α · log₁₀ λ_max.
  public let alphaHat: Double?

  private enum CodingKeys: String, CodingKey {
    case name = "layer"
    case kind
    case isBalanced = "balanced"
    case eigenvalues, alpha
    case distance = "D"
    case largestEigenvalue = "lambda_max"
    case squaredFrobeniusNorm = "squared_frobenius_norm"
    case stableRank = "stable_rank"
    case normalizedStableRank = "normalized_stable_rank"
    case eigenvalueRatio = "eigenvalue_ratio"
    case alphaHat = "alpha_hat"
  }

  /// Before 0.2 the largest eigenvalue and the sum were called norms, whose squares they are.
  private enum OldKeys: String, CodingKey {
    case largestEigenvalue = "spectral_norm"
    case squaredFrobeniusNorm = "frobenius_norm"
  }

  /// Reads the scores, also those that an earlier version wrote.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    name = try values.decode(String.self, forKey: .name)
    kind = try values.decode(LayerKind.self, forKey: .kind)
    isBalanced = try values.decode(Bool.self, forKey: .isBalanced)
    eigenvalues = try values.decode(Int.self, forKey: .eigenvalues)
    alpha = try values.decodeIfPresent(Double.self, forKey: .alpha)
    distance = try values.decodeIfPresent(Double.self, forKey: .distance)
    let old = try decoder.container(keyedBy: OldKeys.self)
    func number(_ key: CodingKeys, before oldKey: OldKeys) throws -> Double {
      try values.decodeIfPresent(Double.self, forKey: key) ?? old.decode(Double.self, forKey: oldKey)
    }
    largestEigenvalue = try number(.largestEigenvalue, before: .largestEigenvalue)
    squaredFrobeniusNorm = try number(.squaredFrobeniusNorm, before: .squaredFrobeniusNorm)
    stableRank = try values.decode(Double.self, forKey: .stableRank)
    normalizedStableRank = try values.decode(Double.self, forKey: .normalizedStableRank)
    eigenvalueRatio = try values.decodeIfPresent(Double.self, forKey: .eigenvalueRatio)
    alphaHat = try values.decodeIfPresent(Double.self, forKey: .alphaHat)
  }

  init(_ analysis: LayerAnalysis, isBalanced: Bool) {
    name = analysis.name
    kind = analysis.kind
    self.isBalanced = isBalanced
    eigenvalues = analysis.spectrum.keptCount
    alpha = analysis.alpha
    distance = analysis.distance
    largestEigenvalue = analysis.largestEigenvalue
    squaredFrobeniusNorm = analysis.squaredFrobeniusNorm
    stableRank = analysis.stableRank
    normalizedStableRank = analysis.normalizedStableRank
    eigenvalueRatio = analysis.eigenvalueRatio
    // JSON cannot hold the logarithm of a vanishing eigenvalue.
    alphaHat = analysis.alphaHat.flatMap { $0.isFinite ? $0 : nil }
  }
}
