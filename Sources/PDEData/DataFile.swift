package import HDF5

/// Opens files of fields, in whichever layout they are.
public enum DataFile {
  /// The layouts that are known, in the order in which a file is compared with them. To add one, add its line here.
  package static let layouts: [any FieldLayout] = [
    PDEBenchKind.compressibleFlow,
    PDEBenchKind.incompressibleFlow,
    PDEBenchKind.darcyFlow,
    PDEBenchKind.singleField,
  ]

  /// Opens a file and checks that its data sets agree; reads no field.
  ///
  /// - Parameter path: Where the file is.
  /// - Returns: The data set in it.
  /// - Throws: ``DataFileError`` where the file is missing, damaged or in no layout that is known, or its data sets
  ///   disagree.
  public static func open(_ path: String) throws(DataFileError) -> any FieldDataSet {
    let contents = try FileContents(path: path)
    guard let layout = layouts.first(where: { $0.isFound(in: contents) }) else {
      throw .unknownLayout(file: path, found: contents.names)
    }
    return try layout.open(contents)
  }
}

/// A way in which fields are stored in files, told by looking into the file.
package protocol FieldLayout: Sendable {
  /// What a file in this layout describes, in a few words.
  var name: String { get }

  /// What a file in this layout holds, to complete the sentence "expected …".
  var expectation: String { get }

  /// Whether a file looks like one in this layout.
  func isFound(in contents: FileContents) -> Bool

  /// The data set of a file that looks like one in this layout.
  ///
  /// - Throws: ``DataFileError`` where its parts do not fit together.
  func open(_ contents: FileContents) throws(DataFileError) -> any FieldDataSet
}

/// What layouts look at: an open file and the names in it.
package struct FileContents {
  /// The open file.
  package let file: HDF5File
  /// The names of what its root holds.
  package let names: [String]

  /// Opens a file and lists its names.
  init(path: String, ignoresLocks: Bool = false) throws(DataFileError) {
    file = try inHDF5(HDF5File(reading: path, ignoresLocks: ignoresLocks))
    names = try inHDF5(file.names())
  }
}
