import ArrayFiles
import HDF5
import SystemFiles

/// The arrays of a file by their names, and what the file says of their axes.
struct NamedArrays: Sendable {
  /// What a copy that this package has made says of its source; the copy's fields are in PDEBench's order.
  static let sourceAttribute = "imported_from"

  let file: any ArrayFile
  /// The names of an array's axes, where the file has them.
  var axisNames: [String: [String?]] = [:]
  /// The name of the axis that a list belongs to, by the list's name, where the file says so.
  var scaleNames: [String: String] = [:]
  /// The attributes of the file.
  var attributes: [String: AttributeValue] = [:]
  /// Whether the first axis of arrays with more than one is known to be that of samples.
  var startsWithSamples = false
  /// Arrays of which each sample has a number or a list, and so neither coordinates nor, unless they are named, variables.
  var perSample: Set<String> = []
  /// What users should know about the arrays.
  var notes: [String] = []
  /// Where each sample has a group, the arrays beside the groups; they may be inputs, of all samples.
  var others: [NamedArrays] = []

  var path: String { file.path }

  /// The array of a name: the whole path, or its last part where only one array has that.
  subscript(name: String) -> StoredArray? {
    if let array = file.arrays.first(where: { $0.name == name }) { return array }
    let named = file.arrays.filter { $0.name.split(separator: "/").last.map(String.init) == name }
    return named.count == 1 ? named[0] : nil
  }

  /// The array of a name, among these or the others, and those that it is among.
  func found(_ name: String) -> (array: StoredArray, among: NamedArrays)? {
    if let array = self[name] { return (array, self) }
    for arrays in others {
      if let array = arrays[name] { return (array, arrays) }
    }
    return nil
  }

  /// The names of all arrays.
  var names: [String] { file.arrays.map(\.name) + others.flatMap(\.names) }

  /// The name that a variable gets from its array: the last part of the path where that is the only one, else the path.
  func variableName(of array: StoredArray) -> String {
    guard !array.name.isEmpty else { return Self.name(ofFile: path) }
    let last = array.name.split(separator: "/").last.map(String.init) ?? array.name
    return self[last] == array ? last : array.name
  }

  /// The name that a variable gets from its file, where its array has none.
  static func name(ofFile path: String) -> String {
    FilePath.name(of: path).split(separator: ".").first.map(String.init) ?? "u"
  }

  /// Lists that go by the name of an axis, or are said to belong to one, with that axis.
  var coordinates: [(axis: ArrayAxis, array: StoredArray, length: Int)] {
    file.arrays.compactMap { array in
      guard let axis = ArrayAxis(ofList: array.name, scaleNames: scaleNames),
        let length = array.listLength, !perSample.contains(array.name)
      else { return nil }
      return (axis, array, length)
    }
  }

  /// The values of a list, as they are written again: as 32-bit floats unless these would change its steps. So a copy has the
  /// coordinates and the fingerprint of what it was made of.
  func values(of array: StoredArray) throws -> [Double] {
    let count = array.listLength ?? 0
    guard count <= 1 << 24 else {
      throw DataFileError.wrongCoordinateCount(
        dataSet: array.name, file: path, found: count, expected: "fewer")
    }
    let values = try file.list(array)
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      throw DataFileError.notFinite(
        value: values[index], dataSet: array.name, file: path, position: [index])
    }
    return values.keepStepsInSinglePrecision ? values.map { Double(Float($0)) } : values
  }

  /// Whether the first axis of an array is known to be that of samples.
  func hasSamplesFirst(_ array: StoredArray) -> Bool {
    startsWithSamples && (array.shape.count > 1 || perSample.contains(array.name))
  }

  /// What the file holds, for messages.
  var words: String {
    file.arrays.isEmpty ? "no arrays of numbers" : Self.list(file.arrays)
  }

  /// That complex numbers of the file are not read, and the way out, as the end of a sentence; empty if there are none.
  var complexAdvice: String {
    let names = file.skipped.filter { $0.kind.contains("complex") }.map { "'\($0.name)'" }
    guard !names.isEmpty else { return "" }
    return
      "; complex numbers (\(names.listed)) are not read: write their real and imaginary parts as two arrays"
  }

  /// Arrays with their shapes, at most six.
  static func list(_ arrays: [StoredArray]) -> String {
    arrays.prefix(6).map(\.words).joined(separator: ", ")
      + (arrays.count > 6 ? " and \(arrays.count - 6) more" : "")
  }
}

extension NamedArrays {
  /// The arrays of a file with a group a sample.
  init(_ grouped: GroupedArrays, attributes: [String: AttributeValue]) {
    self.init(
      file: grouped, axisNames: grouped.axisNames, scaleNames: grouped.scaleNames, attributes: attributes,
      startsWithSamples: true, perSample: grouped.perSample, notes: grouped.notes)
  }
}

extension FieldDataSet {
  /// Whether the variables that change are called after their file, as its only array has no name and nobody has given it one.
  package var isNamedAfterFile: Bool {
    if let joined = self as? ConcatenatedDataSet { return joined.first.isNamedAfterFile }
    if let selected = self as? SelectedDataSet { return selected.base.isNamedAfterFile }
    guard let data = self as? ArrayDataSet else { return false }
    let name = NamedArrays.name(ofFile: data.path)
    return data.stored.allSatisfy { stored in
      stored.sources.allSatisfy { $0.array.name.isEmpty }
        && (stored.variable.name == name || stored.variable.name.hasPrefix("\(name)_"))
    }
  }

  /// Whether the variables of another data set may stand for these, name for name: as many, of the same roles, and either all the
  /// same, or called after a file because an array there has no name, while these are of one array as well.
  func hasVariables(of other: any FieldDataSet) -> Bool {
    if variables == other.variables { return true }
    guard isNamedAfterFile || other.isNamedAfterFile, hasOneArray, other.hasOneArray else { return false }
    return variables.map(\.role) == other.variables.map(\.role)
  }

  /// Whether all variables are of one array.
  private var hasOneArray: Bool {
    if let joined = self as? ConcatenatedDataSet { return joined.first.hasOneArray }
    guard let data = self as? ArrayDataSet else { return variables.count == 1 }
    return Set(data.stored.flatMap(\.sources).map(\.array.name)).count == 1
  }
}
