import HDF5

extension [Double] {
  /// Whether numbers such as coordinates stay what they are as 32-bit floats: their steps do, to a thousandth.
  ///
  /// So it is for 0.1, 0.2, 0.3 …, and not for seconds since 1970.
  var keepStepsInSinglePrecision: Bool {
    func step(_ last: Double, _ next: Double) -> Bool {
      let (own, kept) = (next - last, Double(Float(next)) - Double(Float(last)))
      return abs(kept - own) <= 1e-3 * abs(own)
    }
    return zip(self, dropFirst()).allSatisfy { step($0, $1) }
  }
}

extension HDF5File {
  /// Writes a list such as a coordinate: as 32-bit floats, as PDEBench's files have them, unless these would change its steps.
  ///
  /// - Parameters:
  ///   - path: Its path inside the file.
  ///   - values: The numbers.
  /// - Throws: ``HDF5Error/writeFailed(action:file:dataSet:stack:)``.
  func writeList(_ path: String, _ values: [Double]) throws(HDF5Error) {
    let type = values.keepStepsInSinglePrecision ? FloatingPointType.float32 : .float64
    try createDataSet(path, shape: [values.count], type: type).write(values)
  }
}
