extension FieldDataSet {
  /// What is stored where a field is infinite as a 32-bit float.
  ///
  /// - Parameters:
  ///   - variable: The variable's place.
  ///   - position: The sample, the frame, and the point along each axis.
  /// - Returns: The number; not a finite one where it is not known to be stored in any other way.
  /// - Throws: If it cannot be read.
  func storedNumber(_ variable: Int, at position: [Int]) throws -> StoredNumber {
    switch self {
    case let file as PDEBenchFile: try file.number(variable, at: position)
    case let arrays as ArrayDataSet: try arrays.number(variable, at: position)
    case let selected as SelectedDataSet: try selected.number(variable, at: position)
    case let files as ConcatenatedDataSet: try files.number(variable, at: position)
    case let unified as UnifiedDataSet: try unified.number(variable, at: position)
    default: .notFinite
    }
  }

  /// Refuses finite numbers that became infinite when they were read as 32-bit floats.
  ///
  /// One infinity of each field is looked up: where it is the file's own, as in a mask, there may be very many.
  ///
  /// - Parameters:
  ///   - values: What was read, `[frame, variable, x(, y(, z))]`.
  ///   - slab: What it is.
  /// - Throws: ``DataFileError/beyondSinglePrecision(value:dataSet:file:position:)``.
  func requireSinglePrecision(_ values: UnsafeBufferPointer<Float>, _ slab: FieldSlab) throws {
    guard !values.isFinite else { return }
    let shape = slab.points(of: spatialShape)
    let points = shape.reduce(1, *)
    for (index, frame) in slab.frames.enumerated() {
      for (place, variable) in slab.variables.enumerated() {
        let start = (index * slab.variables.count + place) * points
        let field = values[start..<start + points]
        guard let infinity = field.firstIndex(where: \.isInfinite) else { continue }
        let cell = position(of: infinity - start, in: shape).map { $0 * slab.pointStride }
        if let error = try precisionError(variable, at: [slab.sample, frame] + cell) { throw error }
      }
    }
  }

  /// What is wrong where a field is infinite as a 32-bit float, if it is that such a number cannot hold it.
  func precisionError(_ variable: Int, at position: [Int]) throws -> DataFileError? {
    let value: Double?
    switch try storedNumber(variable, at: position) {
    case .notFinite: return nil
    case .finite(let number): value = number
    case .unknown: value = nil
    }
    return .beyondSinglePrecision(
      value: value, dataSet: variables[variable].name, file: path, position: position)
  }
}
