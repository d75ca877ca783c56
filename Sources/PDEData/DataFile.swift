public import HDF5

/// Opens files of fields, in whichever layout they are.
public enum DataFile {
  /// The layouts that are known, in the order in which a file is compared with them. To add one, add its line here.
  package static let layouts: [any FieldLayout] = PDEBenchKind.all

  /// Opens a file and checks that its data sets agree; reads no field.
  ///
  /// - Parameters:
  ///   - path: Where the file is.
  ///   - access: What the file may refer to, and what happens before it is opened.
  /// - Returns: The data set in it.
  /// - Throws: ``DataFileError`` where the file is missing, damaged or in no layout that is known, or its data sets
  ///   disagree.
  public static func open(
    _ path: String, access: HDF5Access = .standard
  ) throws(DataFileError) -> any FieldDataSet {
    let contents = try FileContents(path: path, access: access)
    guard let layout = layouts.first(where: { $0.isFound(in: contents) }) else {
      throw .unknownLayout(file: path, found: contents.names, expected: layouts.map(\.expectation))
    }
    return try layout.open(contents)
  }
}
