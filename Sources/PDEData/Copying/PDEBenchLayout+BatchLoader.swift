extension PDEBenchLayout {
  /// The layout of what a loader gives, so that predictions lie beside the data that they belong to: the data set's own if it
  /// is one of PDEBench's, or else a data set for each variable.
  ///
  /// - Parameters:
  ///   - loader: The loader, with its strides in space and time.
  ///   - times: The times of the frames, where they differ from the loader's.
  public init(of loader: BatchLoader, times: [Double]? = nil) {
    let own = loader.dataSet.pdeBenchKind
    let isOwn = own?.variables(dimensions: loader.spatialShape.count) == loader.variables.map(\.name)
    self.init(
      kind: isOwn ? own : .fields(loader.variables.map(\.name), frames: loader.dataSet.frameNames),
      variables: loader.variables.map(\.name), coordinates: loader.coordinates, times: times ?? loader.times,
      attributes: loader.attributes)
  }
}
