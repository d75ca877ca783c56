import HDF5

/// Numbers in double precision that differ by less, relative to themselves, are one that was rounded in several ways.
private let roundingError = 1e-12

/// Of a deviation of fewer steps of 32-bit floats too little is left after rounding.
private let fewSteps = 32.0

extension FieldDataSet {
  /// A note on a variable in double precision that varies by so little beside its mean that 32-bit floats round it away.
  ///
  /// - Parameters:
  ///   - variable: The variable's place.
  ///   - frame: The frame that it is about; nil for all.
  ///   - mean: The variable's mean as 32-bit floats.
  ///   - deviation: Its deviation, likewise.
  /// - Returns: A sentence; nil where enough is left, or nothing was there.
  package func roundingNote(
    _ variable: Int, frame: Int? = nil, mean: Double, deviation: Double
  ) -> String? {
    let step = Double(Float(mean).ulp)
    guard mean.isFinite, deviation < fewSteps * step, isStoredInDoublePrecision(variable) else { return nil }
    if deviation == 0, isStoredConstant(variable, frame: frame) { return nil }
    let name = variables[variable].name
    return
      "'\(name)' varies by little beside its mean, \(Float(mean)): its deviation, \(Float(deviation)), is less than \(Int(fewSteps)) steps of the 32-bit floats in which it is read (\(Float(step)) there), so much of it is lost; subtract a constant in the file where it was made."
  }

  /// Whether a variable is stored in double precision, as far as that is known.
  private func isStoredInDoublePrecision(_ variable: Int) -> Bool {
    switch self {
    case let file as PDEBenchFile: file.storage[variable].type == "float64"
    case let arrays as ArrayDataSet: arrays.isInDoublePrecision(variable)
    case let selected as SelectedDataSet:
      selected.source(of: variable).map { $0.data.isStoredInDoublePrecision($0.variable) } ?? false
    case let files as ConcatenatedDataSet: files.first.isStoredInDoublePrecision(variable)
    case let unified as UnifiedDataSet:
      unified.place(of: variable).map { unified.base.isStoredInDoublePrecision($0) } ?? false
    default: false
    }
  }

  /// Whether a few numbers of a variable that lie apart in the file are the same there, within rounding; true where that is not
  /// known.
  private func isStoredConstant(_ variable: Int, frame: Int?) -> Bool {
    let count = 8
    var first: Double?
    for index in 0..<count {
      func place(_ extent: Int) -> Int { index * (extent - 1) / (count - 1) }
      let time = variables[variable].role == .constant ? 0 : frame ?? place(frames)
      let position = [place(samples), time] + spatialShape.map(place)
      guard case .finite(let value)? = try? storedNumber(variable, at: position) else { return true }
      if let first, abs(first - value) > roundingError * abs(first) { return false }
      first = first ?? value
    }
    return true
  }
}
