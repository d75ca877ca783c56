/// The spread of α across the layers of a model: the paper's measure of how unevenly they are trained.
public struct Imbalance: Sendable, Equatable {
  /// The mean of α.
  public let alphaMean: Double
  /// The standard deviation of α (of the layers at hand, not an estimate for others).
  public let alphaStd: Double

  /// Takes the mean and the standard deviation of α over the layers that have one; none if no layer has.
  ///
  /// - Parameter analyses: The layers.
  public init?(of analyses: some Sequence<LayerAnalysis>) {
    self.init(ofAlphas: analyses.compactMap(\.alpha))
  }

  /// Takes the mean and the standard deviation of values of α; none if there are none.
  ///
  /// - Parameter alphas: α of the layers.
  public init?(ofAlphas alphas: [Double]) {
    guard !alphas.isEmpty else { return nil }
    let mean = alphas.reduce(0, +) / Double(alphas.count)
    let variance = alphas.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(alphas.count)
    alphaMean = mean
    alphaStd = variance.squareRoot()
  }
}
