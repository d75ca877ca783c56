import ArrayFiles
public import HDF5

/// Opens files of fields, in whichever layout they are.
public enum DataFile {
  /// The layouts of HDF5 files that are known, in the order in which a file is compared with them. To add one, add its line
  /// here. A file in none of them is read as arrays of any names.
  package static let layouts: [any FieldLayout] = [TheWell(), GroupedSamples()] + PDEBenchKind.all

  /// Opens a file and checks that its parts agree; reads no field.
  ///
  /// - Parameters:
  ///   - path: Where the file is.
  ///   - selection: What to read of it, where the user says so.
  ///   - access: What the file may refer to, and what happens before it is opened.
  /// - Returns: The data set in it.
  /// - Throws: ``DataFileError`` where the file is missing, damaged, in no format that is known, leaves open how it is to be
  ///   read, or its parts disagree; for formats other than HDF5 an error of the format's.
  public static func open(
    _ path: String, selection: FieldSelection = FieldSelection(), access: HDF5Access = .standard
  ) throws -> any FieldDataSet {
    let start = ArrayFormat.firstBytes(of: path)
    // What cannot be read at all, HDF5's own check explains.
    if !start.isEmpty, let file = try ArrayFileFormats.open(path) {
      let arrays = NamedArrays(file: file)
      return try SelectedDataSet.select(selection, of: OwnArrays.open(arrays, selection), arrays)
    }
    let contents: FileContents
    do {
      contents = try FileContents(path: path, access: access, selection: selection)
    } catch {
      guard case .hdf5(.notHDF5) = error else { throw error }
      throw DataFileError.unknownFormat(file: path, bytes: Array(start.prefix(8)))
    }
    if ArrayFormat.isMATLAB73(start) {
      let arrays = try named(contents, isReversed: true)
      return try SelectedDataSet.select(selection, of: OwnArrays.open(arrays, selection), arrays)
    }
    if let layout = try layouts.first(where: { try $0.isFound(in: contents) }) {
      if layout.takesAxes || selection.axes.isEmpty {
        let data: any FieldDataSet
        do {
          data = try layout.open(contents)
        } catch let error as DataFileError {
          guard let kind = layout as? PDEBenchKind, let axes = kind.axes(besideInputs: contents, error)
          else { throw error }
          var own = selection
          own.axes = axes
          let arrays = try named(contents)
          return try SelectedDataSet.select(
            selection, of: OwnArrays.open(arrays, own, axesBy: "the order of PDEBench's axes"), arrays)
        }
        let known = Set(data.variableNames + (data.frameNames ?? []))
        if layout.takesNames || selection.variables.allSatisfy(known.contains) {
          return try SelectedDataSet.select(selection, of: data, namedArrays(beside: data, in: contents))
        }
      }
    }
    let arrays = try named(contents)
    return try SelectedDataSet.select(selection, of: OwnArrays.open(arrays, selection), arrays)
  }

  /// The arrays of a file in a layout, which are those of all samples where each has a group of its own.
  private static func namedArrays(
    beside data: any FieldDataSet, in contents: FileContents
  ) throws -> NamedArrays {
    guard let grouped = (data as? ArrayDataSet)?.file as? GroupedArrays else { return try named(contents) }
    var arrays = NamedArrays(grouped, attributes: data.attributes)
    let inputs = contents.selection.inputs ?? []
    if inputs.contains(where: { arrays[$0] == nil }) {
      arrays.others = [try named(contents, only: GroupedArrays.besides(contents.names))]
    }
    return arrays
  }

  private static func named(
    _ contents: FileContents, only names: [String]? = nil, isReversed: Bool = false
  ) throws -> NamedArrays {
    let file = try HDF5ArrayFile(contents.file, only: names, isReversed: isReversed)
    return NamedArrays(
      file: file, axisNames: file.axisNames, scaleNames: file.scaleNames,
      attributes: try inHDF5(contents.file.attributes()), notes: file.notes)
  }
}
