import ArrayFiles
import HDF5
import TensorCore

extension GroupedSamples {
  /// A writer of a group a sample, each with the arrays and the coordinates that the data set's groups have.
  func writer(of fields: WrittenFields, to path: String) throws -> (any FieldWriter)? {
    guard let arrays = WrittenArray.arrays(of: fields.loader) else { return nil }
    return try GroupWriter(fields, arrays, to: path)
  }
}

/// An array of a group, and the variables in it.
private struct WrittenArray {
  let name: String
  /// Its axes but that of samples, in order.
  let axes: [ArrayAxis]
  /// The places among the loader's variables of the entries of its axis of variables, or of the only variable.
  var variables: [Int]

  /// The arrays that hold a loader's variables; nil where they come from elsewhere than a group's arrays.
  static func arrays(of loader: BatchLoader) -> [WrittenArray]? {
    guard let stored = loader.dataSet.arrays?.stored else { return nil }
    var result: [WrittenArray] = []
    for (place, variable) in loader.variables.enumerated() {
      guard let source = stored.first(where: { $0.variable.name == variable.name })?.sources.first,
        source.axes.contains(.time)
      else { return nil }
      let axes = source.axes.filter { $0 != .sample }
      if axes.contains(.variable), let known = result.firstIndex(where: { $0.name == source.array.name }) {
        result[known].variables.append(place)
      } else {
        result.append(WrittenArray(name: source.array.name, axes: axes, variables: [place]))
      }
    }
    return result
  }
}

extension FieldDataSet {
  /// The arrays of a file that the fields are read from.
  fileprivate var arrays: ArrayDataSet? {
    switch self {
    case let arrays as ArrayDataSet: arrays
    case let files as ConcatenatedDataSet: files.first.arrays
    case let selected as SelectedDataSet: selected.base.arrays
    default: nil
    }
  }
}

/// Writes each sample into a group of its own, under its number in the data set.
private final class GroupWriter: FieldWriter {
  private let fields: WrittenFields
  private let arrays: [WrittenArray]
  private let new: NewFile
  private let digits: Int
  private(set) var samples = 0

  init(_ fields: WrittenFields, _ arrays: [WrittenArray], to path: String) throws(DataFileError) {
    self.fields = fields
    self.arrays = arrays
    // PDEBench's numbers have four digits.
    digits = max(4, "\(fields.samples.max() ?? 0)".count)
    new = try NewFile(path)
    var says = fields.loader.attributes.merging(fields.attributes) { _, said in said }
    says[GroupedSamples.variablesAttribute] = names().map { .texts($0) }
    for (name, value) in says.sorted(by: { $0.key < $1.key }) {
      try inHDF5(new.file.writeAttribute(name, value))
    }
  }

  /// The names of the entries of the only array's axis of variables, where a reader would give them others.
  private func names() -> [String]? {
    guard arrays.count == 1, arrays[0].axes.contains(.variable) else { return nil }
    let names = arrays[0].variables.map { fields.loader.variables[$0].name }
    let base = arrays[0].name.split(separator: "/").last.map(String.init) ?? arrays[0].name
    let usual = names.count == 1 ? [base] : names.indices.map { "\(base)_\($0)" }
    return names == usual ? nil : names
  }

  func append(_ frames: Tensor) throws {
    let number = "\(fields.samples[samples])"
    let group = String(repeating: "0", count: digits - number.count) + number
    let values = frames.elements
    for array in arrays { try inHDF5(write(array, values, to: "\(group)/\(array.name)")) }
    try inHDF5(new.file.writeList("\(group)/grid/t", fields.times))
    for axis in fields.loader.axes {
      try inHDF5(new.file.writeList("\(group)/grid/\(axis.name)", axis.coordinates))
    }
    samples += 1
  }

  /// Writes the values of an array, whose axes may be in any order, from those of all variables, `[time, variable, x(, y(, z))]`.
  private func write(_ array: WrittenArray, _ values: [Float], to path: String) throws(HDF5Error) {
    let space = fields.loader.spatialShape
    let points = space.reduce(1, *)
    /// The extent of an axis, and the distance of neighbors along it among the values.
    func extent(_ axis: ArrayAxis) -> (count: Int, step: Int) {
      if let place = axis.spacePlace { return (space[place], space[(place + 1)...].reduce(1, *)) }
      return axis == .time
        ? (fields.times.count, fields.loader.variables.count * points) : (array.variables.count, 0)
    }
    let extents = array.axes.map(extent)
    let shape = extents.map(\.count)
    let variablePlace = array.axes.firstIndex(of: .variable)
    var stored = [Float](repeating: 0, count: shape.reduce(1, *))
    var position = shape.map { _ in 0 }
    for index in stored.indices {
      let variable = array.variables[variablePlace.map { position[$0] } ?? 0]
      stored[index] = values[zip(position, extents).reduce(variable * points) { $0 + $1.0 * $1.1.step }]
      var axis = shape.count - 1
      while axis >= 0 {
        position[axis] += 1
        if position[axis] < shape[axis] { break }
        position[axis] = 0
        axis -= 1
      }
    }
    let set = try new.file.createDataSet(path, shape: shape)
    try stored.withUnsafeBufferPointer { (stored) throws(HDF5Error) in try set.write(set.whole, from: stored)
    }
  }

  func finish() throws { try new.finish() }
}
