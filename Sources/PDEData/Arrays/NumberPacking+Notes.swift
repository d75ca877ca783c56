import HDF5
import SystemFiles

/// Layouts in which numbers are what they are, whatever attributes say.
extension NumberPacking {
  /// Whether attributes of a data set say that its numbers stand for others, or for none. What cannot be read says nothing.
  static func isSaid(of set: HDF5DataSet, in file: HDF5File) -> Bool {
    (try? NumberPacking(of: set.name, in: file, type: set.storage.type)) != nil
  }

  /// A note that what attributes of data sets say is not applied; none where they say nothing.
  ///
  /// - Parameters:
  ///   - names: The data sets of which something is said.
  ///   - layout: The layout, to complete "in".
  ///   - wayOut: What can be done, to end the sentence.
  /// - Returns: One sentence at most.
  static func notes(onUnapplied names: [String], layout: String, wayOut: String) -> [String] {
    guard !names.isEmpty else { return [] }
    return [
      """
      The attributes of \(names.map { "'\($0)'" }.listed) for packed numbers or fill values ('scale_factor', 'add_offset', \
      '_FillValue', 'missing_value') are not applied in \(layout); \(wayOut).
      """
    ]
  }
}
