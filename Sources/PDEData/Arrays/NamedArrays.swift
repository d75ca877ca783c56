import ArrayFiles
import HDF5
import SystemFiles

/// The arrays of a file by their names, and what the file says of their axes.
struct NamedArrays: Sendable {
  let file: any ArrayFile
  /// The names of an array's axes, where the file has them.
  var axisNames: [String: [String?]] = [:]
  /// The name of the axis that a list belongs to, by the list's name, where the file says so.
  var scaleNames: [String: String] = [:]
  /// The attributes of the file.
  var attributes: [String: AttributeValue] = [:]
  /// Whether the first axis of arrays with more than one is known to be that of samples.
  var startsWithSamples = false

  var path: String { file.path }

  /// The array of a name: the whole path, or its last part where only one array has that.
  subscript(name: String) -> StoredArray? {
    if let array = file.arrays.first(where: { $0.name == name }) { return array }
    let named = file.arrays.filter { $0.name.split(separator: "/").last.map(String.init) == name }
    return named.count == 1 ? named[0] : nil
  }

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
      guard let axis = ArrayAxis(named: scaleNames[array.name] ?? array.name) ?? ArrayAxis(named: array.name),
        let length = array.listLength
      else { return nil }
      return (axis, array, length)
    }
  }

  /// The values of a list.
  func values(of array: StoredArray) throws -> [Double] {
    let count = array.listLength ?? 0
    guard count <= 1 << 24 else {
      throw DataFileError.wrongCoordinateCount(
        dataSet: array.name, file: path, found: count, expected: "fewer")
    }
    let values = try file.values(of: array)
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      throw DataFileError.notFinite(
        value: Double(values[index]), dataSet: array.name, file: path, position: [index])
    }
    return values.map(Double.init)
  }

  /// What the file holds, for messages.
  var words: String {
    file.arrays.isEmpty ? "no arrays of numbers" : Self.list(file.arrays)
  }

  /// Arrays with their shapes, at most six.
  static func list(_ arrays: [StoredArray]) -> String {
    arrays.prefix(6).map(\.words).joined(separator: ", ")
      + (arrays.count > 6 ? " and \(arrays.count - 6) more" : "")
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
}
