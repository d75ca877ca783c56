public import Training

extension BenchmarkPlan {
  /// Methods for which TempBalance has nothing to balance, so that their runs train as without it.
  ///
  /// - Parameter cells: What is planned. Of those that differ neither in the model, nor in the grid of points in space, nor
  ///   in TempBalance's settings, one is looked at.
  /// - Returns: The name of a run, and its layers.
  /// - Throws: If a data set cannot be opened, or a model does not fit it.
  public static func idleBalancing(in cells: [Cell]) throws -> [(run: String, layers: BalancedLayers)] {
    var seen: [TrainingConfiguration] = []
    var idle: [(run: String, layers: BalancedLayers)] = []
    for run in cells.compactMap(\.runs.first?.first) where run.configuration.tempbalance.method != .off {
      var key = TrainingConfiguration()
      key.model = run.configuration.model
      key.tempbalance = run.configuration.tempbalance
      // How many samples there are does not matter.
      let usual = key.data
      key.data = run.configuration.data
      (key.data.reducedBatch, key.data.testSamples) = (usual.reducedBatch, usual.testSamples)
      (key.data.validationSamples, key.data.batchSize) = (usual.validationSamples, usual.batchSize)
      guard !seen.contains(key) else { continue }
      seen.append(key)
      if let layers = try BalancedLayers(of: run.configuration), layers.areIdle {
        idle.append((run.name, layers))
      }
    }
    return idle
  }
}
