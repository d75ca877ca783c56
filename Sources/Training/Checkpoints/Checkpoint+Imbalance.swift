public import TempBalance

extension Checkpoint {
  /// The spread of α across linear layers and convolutions, available for any training.
  ///
  /// - Parameter minimumEigenvalues: Layers with fewer eigenvalues have no α that means something, and do not count.
  /// - Returns: The mean and the standard deviation of α by the median fit; none if no layer has enough eigenvalues.
  /// - Throws: `TempBalanceError` if a spectrum cannot be found.
  public func imbalance(minimumEigenvalues: Int) throws(TempBalanceError) -> Imbalance? {
    let weights = try LayerWeights.layers(
      in: parameters.map { (name: $0.name, value: $0.tensor) }, kinds: [.linear, .convolution])
    let analyses = try LayerAnalyzer().analyze(weights)
    return Imbalance(of: analyses.filter { $0.spectrum.keptCount >= minimumEigenvalues })
  }
}
