extension PDEBenchLayout {
  /// The layout of what a loader gives, so that predictions lie beside the data that they belong to.
  ///
  /// - Parameter loader: The loader, with its strides in space and time.
  public init(of loader: BatchLoader) {
    self.init(
      kind: loader.file.kind, variables: loader.file.variables, coordinates: loader.coordinates,
      times: loader.times,
      attributes: loader.file.attributes)
  }
}
