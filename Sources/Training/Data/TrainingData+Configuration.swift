import PDEData

extension TrainingData {
  /// The data set of a configuration.
  package init(_ configuration: TrainingConfiguration) throws {
    try self.init(
      configuration.data.open(), subsampling: configuration.data.subsampling,
      initialSteps: configuration.model.initialSteps,
      cacheMemory: configuration.data.cacheMemory.map { $0 << 20 })
    selection = configuration.data.selection
  }
}
