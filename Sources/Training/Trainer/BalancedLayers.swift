import NeuralOperators

/// How many of a model's layers TempBalance balances.
public struct BalancedLayers: Sendable, Equatable {
  /// Layers with enough eigenvalues to be balanced.
  public let balanced: Int
  /// All layers that are analyzed.
  public let analyzed: Int
  /// How many eigenvalues are enough.
  public let minimumEigenvalues: Int

  /// Whether there is nothing to compare a layer with, so that all train as without TempBalance.
  public var areIdle: Bool { balanced < 2 }

  init(_ layers: [LayerScores], minimumEigenvalues: Int) {
    balanced = layers.count(where: \.isBalanced)
    analyzed = layers.count
    self.minimumEigenvalues = minimumEigenvalues
  }

  /// The layers of the new model of a configuration; nil without TempBalance.
  ///
  /// - Parameter configuration: The configuration, whose data set is opened for its shape.
  /// - Throws: If the data cannot be opened, or the model does not fit them.
  package init?(of configuration: TrainingConfiguration) throws {
    let rule = BalancingRule(configuration)
    guard rule.isActive else { return nil }
    let model = try TrainingData(configuration).model(configuration)
    let balance = try rule.balance(model.initialParameters(seed: configuration.run.seed))
    self.init(balance.layers, minimumEigenvalues: configuration.tempbalance.minimumEigenvalues)
  }
}
