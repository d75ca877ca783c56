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

  /// Refuses finite numbers that became infinite when they were read as 32-bit floats, and those that stand for no value.
  ///
  /// One infinity of each field is looked up: where it is the file's own, as in a mask, there may be very many.
  ///
  /// - Parameters:
  ///   - values: What was read, `[frame, variable, x(, y(, z))]`.
  ///   - slab: What it is.
  /// - Throws: ``DataFileError/beyondSinglePrecision(value:dataSet:file:position:)``, and of the first NaN
  ///   ``DataFileError/missingValue(value:dataSet:file:position:)``.
  func requireSinglePrecision(_ values: UnsafeBufferPointer<Float>, _ slab: FieldSlab) throws {
    guard !values.isFinite else { return }
    let shape = slab.points(of: spatialShape)
    let points = shape.reduce(1, *)
    if let index = values.firstIndex(where: \.isNaN) {
      let place = position(of: index, in: [slab.frames.count, slab.variables.count] + shape)
      let stored = [slab.sample, slab.frames[place[0]]] + place[2...].map { $0 * slab.pointStride }
      if let error = try missingError(slab.variables[place[1]], at: stored) { throw error }
    }
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
    case .notFinite, .missing: return nil
    case .finite(let number): value = number
    case .unknown: value = nil
    }
    return .beyondSinglePrecision(
      value: value, dataSet: variables[variable].name, file: path, position: position)
  }

  /// What is wrong where a field is NaN, if it is that the file has a number there that stands for no value.
  func missingError(_ variable: Int, at position: [Int]) throws -> DataFileError? {
    guard case .missing(let value) = try storedNumber(variable, at: position) else { return nil }
    return .missingValue(value: value, dataSet: variables[variable].name, file: path, position: position)
  }
}
