public import TempBalance
import TensorCore

/// The analyses of a model's layers, for people and for programs.
public struct AnalysisReport: Sendable {
  /// The file of weights.
  public let checkpoint: String
  /// How the power laws were fitted.
  public let analyzer: LayerAnalyzer
  /// The layers, in the model's order.
  public let layers: [LayerAnalysis]
  /// The names of the layers that are not among ``layers`` because their kinds were not asked for.
  public let leftOut: [LayerKind: [String]]
  /// The parameters whose low-rank corrections are of no kind that is analyzed.
  public let otherPairs: [String]
  /// The mean and the standard deviation of α; none if no layer has one.
  public let imbalance: Imbalance?

  /// The schedule that the table's factors come from: the paper's, with s = 1 and τ = 10.
  static let schedule = BalancingSchedule()

  /// Collects analyses.
  ///
  /// - Parameters:
  ///   - checkpoint: The file of weights.
  ///   - analyzer: How the power laws were fitted.
  ///   - layers: The layers, in the model's order.
  ///   - leftOut: The names of the layers whose kinds were not asked for.
  ///   - otherPairs: The parameters whose low-rank corrections are of no kind that is analyzed.
  public init(
    checkpoint: String, analyzer: LayerAnalyzer, layers: [LayerAnalysis],
    leftOut: [LayerKind: [String]] = [:], otherPairs: [String] = []
  ) {
    self.checkpoint = checkpoint
    self.analyzer = analyzer
    self.layers = layers
    self.leftOut = leftOut
    self.otherPairs = otherPairs
    imbalance = Imbalance(of: layers)
  }

  /// A row a layer.
  public var table: TextTable {
    var table = TextTable(
      [
        "layer", "kind", "shape", "eigenvalues", "of", "tail", "alpha", "D", "λmax", "stable rank", "rate ×",
      ],
      words: [0, 1, 2])
    let rates = Self.schedule.rates(for: layers)
    for layer in layers {
      table.append([
        layer.name, layer.kind.rawValue, layer.shape.extents,
        "\(layer.spectrum.keptCount)", "\(layer.spectrum.eigenvalues.count)",
        layer.fit.map { "\($0.tailCount)" } ?? "–", formatted(layer.alpha),
        formatted(layer.distance, digits: 3),
        formatted(layer.largestEigenvalue), formatted(layer.stableRank),
        rates.factors[layer.name] == nil
          ? "–" : formatted(rates.rate(ofLayer: layer.name, base: 1), digits: 3),
      ])
    }
    return table
  }

  /// The mean and the standard deviation of α, and how all of it is to be read.
  public var summary: String {
    let count = layers.count { $0.alpha != nil }
    let alphas =
      imbalance.map {
        "alpha: mean \(formatted($0.alphaMean)), standard deviation \(formatted($0.alphaStd)) over \(count) "
          + (count == 1 ? "layer" : "layers")
      } ?? "alpha: no layer has one"
    let least = Self.schedule.minimumEigenvalues
    return """
      \(alphas) (fit: \(analyzer.fit.rawValue)).

      How to read it: alpha is the exponent of the power law that the largest eigenvalues of WᵀW follow. A low alpha is
      a heavy tail, the mark of a well-trained layer: TempBalance gives it a lower learning rate. A layer with a high
      alpha has learned less, and gets a higher one. The standard deviation of alpha tells how unevenly the layers are
      trained.
        eigenvalues  those above the threshold, of all
        tail         the largest of them, which are fitted: the upper half, or what the fit chooses
        D            the distance between the tail and the power law, 0 to 1: the smaller, the better the fit
        λmax         the largest eigenvalue: the square of the largest singular value
        stable rank  the sum of the eigenvalues over the largest: how many directions count
        rate ×       what the learning rate would be multiplied by, with s = 1 and τ = 10; – for a layer that is left
                     alone: alpha means little for fewer than \(least) eigenvalues
      """
  }
}

extension AnalysisReport: Encodable {
  private enum CodingKeys: String, CodingKey {
    case checkpoint, fit, layers
    case leftOut = "left_out"
    case alphaMean = "alpha_mean"
    case alphaStd = "alpha_std"
  }

  /// Writes `layers` with every number of each (see `LayerAnalysis`), `alpha_mean`, `alpha_std` and, by kind, the names
  /// of the layers that were left out, with low-rank corrections of no analyzed kind under `other-low-rank`; `null` stands for
  /// what is undefined.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(checkpoint, forKey: .checkpoint)
    try values.encode(analyzer.fit, forKey: .fit)
    try values.encode(layers, forKey: .layers)
    var names = Dictionary(uniqueKeysWithValues: leftOut.map { ($0.key.rawValue, $0.value) })
    if !otherPairs.isEmpty { names["other-low-rank"] = otherPairs }
    try values.encode(names, forKey: .leftOut)
    try values.encode(imbalance?.alphaMean, forKey: .alphaMean)
    try values.encode(imbalance?.alphaStd, forKey: .alphaStd)
  }
}
