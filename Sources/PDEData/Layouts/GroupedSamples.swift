import ArrayFiles
import HDF5

/// Each sample in a group of its own, as PDEBench stores diffusion and reaction, shallow water, and diffusion and sorption:
/// `0000/data` `[time, x(, y), variable]` with `0000/grid/t`, `x` and `y`.
struct GroupedSamples: FieldLayout {
  /// Names the entries of the axis of variables, in files that this package writes.
  static let variablesAttribute = "variables"

  let name = "a group a sample"
  let expectation = "groups '0000', '0001' …, each with 'data' [time, x(, y), variable] and 'grid'"

  let takesNames = true

  func isFound(in contents: FileContents) throws(DataFileError) -> Bool {
    guard let first = contents.names.first(where: { $0.last?.isNumber == true }) else { return false }
    guard try inHDF5(contents.file.kind(of: first)) == .group else { return false }
    return try GroupedArrays(contents.file, names: contents.names) != nil
  }

  func open(_ contents: FileContents) throws -> any FieldDataSet {
    guard let grouped = try GroupedArrays(contents.file, names: contents.names) else {
      throw DataFileError.unknownLayout(
        file: contents.file.path, found: contents.names, expected: [expectation])
    }
    let arrays = NamedArrays(grouped, attributes: try inHDF5(contents.file.attributes()))
    var selection = contents.selection
    if let data = arrays["data"], selection.axes.isEmpty {
      let space = ArrayAxis.space.filter { axis in
        grouped.arrays.contains { $0.name == "grid/\(axis.rawValue)" }
      }
      if !space.isEmpty, data.shape.count == space.count + 3 {
        selection.axes = ([.sample, .time] + space + [.variable]).map { String($0.rawValue) }
      }
    }
    if selection.variables.isEmpty, case .texts(let names) = arrays.attributes[Self.variablesAttribute] {
      selection.variables = names
    }
    var data = try OwnArrays.open(
      arrays, selection, axesBy: contents.selection.axes.isEmpty ? "the layout" : "the given letters")
    data.ownLayout = self
    return data
  }
}
