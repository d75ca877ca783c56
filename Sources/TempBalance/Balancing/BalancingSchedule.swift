import Glibc

/// Gives each layer its share of the learning rate, by how its score compares with the other layers'.
///
/// A layer with a **low α** has a heavy tail: it is well trained, and gets a **lower** rate. A layer with a high α is
/// trained too little, and gets a higher one. Other scores are used in the same direction: the higher the score, the
/// higher the rate.
///
/// Layers that are left out, that keep fewer eigenvalues than ``minimumEigenvalues``, that are all zeros, or whose score is
/// undefined (equal eigenvalues, for which α would be infinite) keep the rate as it is and have no influence on the
/// others.
///
/// Everything is proportional to the learning rate η, so the results are factors. The same can balance another
/// hyperparameter, such as the weight decay.
///
/// Source: Liu et al., *Model Balancing Helps Low-data Training and Fine-tuning*, arXiv:2410.12178, section 3.3.
public struct BalancingSchedule: Sendable, Equatable {
  /// How the scores become factors; ᾱ is the mean of the scores, α_min and α_max are their extremes.
  public enum Map: Sendable, Equatable {
    /// ```
    /// f(α) = 10^(s·(σ(τ·(α − ᾱ)) − ½))    σ(x) = 1/(1 + e^(−x))
    /// ```
    /// with the steepness τ and the scale s, which may be different below and above the mean. No factor lies outside
    /// of 10^(−s/2) to 10^(s/2).
    case sigmoid(scaleBelow: Double, scaleAbove: Double, steepness: Double)
    /// ```
    /// f(α) = r + slope·(α − α_min)/(α_max − α_min)
    /// ```
    /// so that the factors fill the range from `lowest` r to r + slope; all are 1 where all scores are equal.
    case linear(lowest: Double, slope: Double)

    /// A sigmoid with the same scale on both sides of the mean; without arguments, with the scale 1 and the paper's
    /// steepness.
    ///
    /// - Parameters:
    ///   - scale: s.
    ///   - steepness: τ.
    /// - Returns: The map.
    public static func sigmoid(scale: Double = 1, steepness: Double = 10) -> Map {
      .sigmoid(scaleBelow: scale, scaleAbove: scale, steepness: steepness)
    }
  }

  /// How the scores become factors.
  public var map: Map
  /// The score by which layers are balanced.
  public var score: LayerScore
  /// Layers that keep fewer eigenvalues than this are left alone; the paper takes 12 for its models of PDEs and 50 for
  /// transformers.
  public var minimumEigenvalues: Int
  /// Whether the first of the layers is left alone.
  public var leavesOutFirstLayer: Bool
  /// Whether the last of the layers is left alone.
  public var leavesOutLastLayer: Bool
  /// Which layers share one factor, from the mean of their scores; layers that match no block have their own.
  public var blocks: BlockPattern?
  /// Whether the factors are divided by their mean, so that the mean rate of the balanced layers (or blocks) stays η.
  public var keepsMeanRate: Bool
  /// Whether the parameters of a normalization get the factor of the convolution before it (see ``LayerRates``).
  public var normalizationFollowsConvolution: Bool

  /// A schedule with the paper's settings, or others.
  ///
  /// - Parameters:
  ///   - map: How the scores become factors.
  ///   - score: The score by which layers are balanced.
  ///   - minimumEigenvalues: Layers that keep fewer eigenvalues are left alone.
  ///   - leavesOutFirstLayer: Whether the first layer is left alone.
  ///   - leavesOutLastLayer: Whether the last layer is left alone.
  ///   - blocks: Which layers share one factor.
  ///   - keepsMeanRate: Whether the mean rate stays as it is.
  ///   - normalizationFollowsConvolution: Whether a normalization gets its convolution's factor.
  public init(
    map: Map = .sigmoid(), score: LayerScore = .alpha, minimumEigenvalues: Int = 12,
    leavesOutFirstLayer: Bool = false, leavesOutLastLayer: Bool = false, blocks: BlockPattern? = nil,
    keepsMeanRate: Bool = false, normalizationFollowsConvolution: Bool = false
  ) {
    self.map = map
    self.score = score
    self.minimumEigenvalues = minimumEigenvalues
    self.leavesOutFirstLayer = leavesOutFirstLayer
    self.leavesOutLastLayer = leavesOutLastLayer
    self.blocks = blocks
    self.keepsMeanRate = keepsMeanRate
    self.normalizationFollowsConvolution = normalizationFollowsConvolution
  }

  /// The factors for layers.
  ///
  /// - Parameter analyses: The analyses of the layers, in the model's order.
  /// - Returns: The factors, tied to the layers' names.
  public func rates(for analyses: [LayerAnalysis]) -> LayerRates {
    var units: [(members: [String], scores: [Double])] = []
    var unitOfBlock: [String: Int] = [:]
    for (index, analysis) in analyses.enumerated() {
      let isLeftOut =
        leavesOutFirstLayer && index == 0 || leavesOutLastLayer && index == analyses.count - 1
        || analysis.spectrum.keptCount < minimumEigenvalues || analysis.largestEigenvalue == 0
      guard !isLeftOut, let value = analysis.value(of: score) else { continue }
      let block = blocks?.block(of: analysis.name)
      if let unit = block.flatMap({ unitOfBlock[$0] }) {
        units[unit].members.append(analysis.name)
        units[unit].scores.append(value)
      } else {
        if let block { unitOfBlock[block] = units.count }
        units.append(([analysis.name], [value]))
      }
    }
    let factors = factors(for: units.map { mean($0.scores) })
    var byLayer: [String: Double] = [:]
    for (unit, factor) in zip(units, factors) {
      for layer in unit.members { byLayer[layer] = factor }
    }
    return LayerRates(factors: byLayer, normalizationFollowsConvolution: normalizationFollowsConvolution)
  }

  private func factors(for scores: [Double]) -> [Double] {
    guard let lowestScore = scores.min(), let highestScore = scores.max() else { return [] }
    let meanScore = mean(scores)
    let factors = scores.map { score in
      switch map {
      case .sigmoid(let scaleBelow, let scaleAbove, let steepness):
        let sigmoid = 1 / (1 + exp(-steepness * (score - meanScore)))
        return pow(10, (score < meanScore ? scaleBelow : scaleAbove) * (sigmoid - 0.5))
      case .linear(let lowest, let slope):
        guard highestScore > lowestScore else { return 1 }
        return lowest + slope * (score - lowestScore) / (highestScore - lowestScore)
      }
    }
    guard keepsMeanRate else { return factors }
    let meanFactor = mean(factors)
    return factors.map { $0 / meanFactor }
  }

  private func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(values.count)
  }
}
