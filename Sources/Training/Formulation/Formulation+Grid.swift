import PDEData
import Symmetries

extension Formulation {
  /// The same formulation for fields on the grid that a loader reads, which may be another than that of the training.
  ///
  /// - Parameter loader: Reads the fields.
  /// - Returns: The formulation.
  /// - Throws: `SymmetryError` where the grid does not have what the formulation needs.
  func on(_ loader: BatchLoader) throws(SymmetryError) -> Formulation {
    func moved(_ system: FieldSystem) -> FieldSystem {
      var moved = system
      // What was said of the ends in training holds, unless the file says otherwise or the points do not come out even.
      let holds =
        system.axes.allSatisfy { $0.isPeriodic == true }
        && !loader.dataSet.axes.contains { $0.isPeriodic == false }
      moved.axes = FieldSystem(loader.dataSet, axes: loader.axes, isPeriodic: holds ? true : nil).axes
      return moved
    }
    var result = self
    if let canonical {
      result.canonical = try CanonicalForm(
        for: moved(canonical.system), galilean: canonical.galilean, logarithms: canonical.logarithms,
        scales: canonical.scales)
    }
    if let conservation {
      result.conservation = try Conservation(conservation.quantities, for: moved(conservation.system))
    }
    result.symmetries = symmetries.map(moved)
    return result
  }

  /// The same formulation for fields on the grid that a loader reads, with predictions averaged over other symmetries.
  ///
  /// - Parameters:
  ///   - loader: Reads the fields.
  ///   - symmetries: The fields whose symmetries predictions are averaged over; nil for no mean.
  /// - Returns: The formulation.
  /// - Throws: `SymmetryError` where the grid does not have what the formulation needs.
  func on(_ loader: BatchLoader, symmetries: FieldSystem?) throws(SymmetryError) -> Formulation {
    var result = try on(loader)
    result.symmetries = symmetries
    return result
  }

  /// The same formulation for data that lack variables: what is zero in their units is zero in the model's, too, whatever others'
  /// mean is.
  ///
  /// - Parameter present: Of each variable, whether the data have it; nil for all.
  /// - Returns: The formulation.
  func lacking(_ present: [Bool]?) -> Formulation {
    guard let present, present.contains(false) else { return self }
    var result = self
    result.normalization = normalization.lacking(present)
    return result
  }
}
