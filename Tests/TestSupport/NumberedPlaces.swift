public import PDEData

extension FieldSlab {
  /// Fills the slab with numbers that tell their place: 1000 for each sample, 100 for a frame, 10 for a variable, 1 for a point.
  ///
  /// - Parameters:
  ///   - target: Room for the numbers.
  ///   - points: The number of points of a frame.
  public func numberPlaces(in target: inout MutableSpan<Float>, points: Int) {
    var index = 0
    for frame in frames {
      for variable in variables {
        for point in 0..<points {
          target[index] = Float(sample * 1000 + frame * 100 + variable * 10 + point)
          index += 1
        }
      }
    }
  }
}
