package import HDF5

/// A way of storing fields in HDF5 files, recognized by a file's content.
package protocol FieldLayout: Sendable {
  /// What a file in this layout describes, in a few words.
  var name: String { get }

  /// What a file in this layout holds, to complete the sentence "expected …".
  var expectation: String { get }

  /// Whether a file looks like one in this layout.
  func isFound(in contents: FileContents) throws(DataFileError) -> Bool

  /// The data set of a file that looks like one in this layout.
  ///
  /// - Throws: ``DataFileError`` where its parts do not fit together.
  func open(_ contents: FileContents) throws -> any FieldDataSet

  /// Whether the user may say what the axes are; if not, a file for which that is said is read as arrays of any names.
  var takesAxes: Bool { get }

  /// Whether the user may name the variables; if not, names that it does not know are taken for names of arrays.
  var takesNames: Bool { get }

  /// A writer of fields in this layout; nil where they are written in PDEBench's.
  ///
  /// - Throws: ``DataFileError`` where there is a file of that name or none can be written, or what reading throws.
  func writer(of fields: WrittenFields, to path: String) throws -> (any FieldWriter)?
}

extension FieldLayout {
  /// Axes are taken, if only to be left as the layout has them.
  package var takesAxes: Bool { true }

  /// Names are not.
  package var takesNames: Bool { false }

  /// None: fields are written in PDEBench's layout.
  package func writer(of fields: WrittenFields, to path: String) throws -> (any FieldWriter)? { nil }
}

/// What layouts look at: an open file, the names in it, and what the user has said about it.
package struct FileContents: Sendable {
  /// The open file.
  package let file: HDF5File
  /// The names of what its root holds.
  package let names: [String]
  /// What is to be read of it.
  package let selection: FieldSelection

  /// Opens a file and lists its names.
  init(
    path: String, access: HDF5Access, ignoresLocks: Bool = false, selection: FieldSelection = FieldSelection()
  ) throws(DataFileError) {
    file = try inHDF5(HDF5File(reading: path, access: access, ignoresLocks: ignoresLocks))
    names = try inHDF5(file.names())
    self.selection = selection
  }
}
