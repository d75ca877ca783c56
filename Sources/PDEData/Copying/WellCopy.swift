import Foundation
import HDF5
import SystemFiles
import TensorCore

/// Writes a data set in the layout of The Well: a folder `data` with `train`, `valid` and `test`, a file in each.
///
/// Variables named `u_x`, `u_y`(, `u_z`), and PDEBench's `Vx`, `Vy`(, `Vz`), become vectors. Inputs that are the same
/// everywhere become scalars, other inputs constant fields.
public struct WellCopy {
  /// The data set.
  public let data: any FieldDataSet
  /// The samples by purpose.
  public let split: SampleSplit
  /// The data set's name in the files, and the beginning of theirs.
  public let name: String

  /// Prepares to write.
  ///
  /// - Parameters:
  ///   - data: The data set.
  ///   - split: The samples by purpose.
  ///   - name: The data set's name in the files.
  public init(_ data: any FieldDataSet, split: SampleSplit, name: String) {
    self.data = data
    self.split = split
    self.name = name
  }

  /// Writes the files; a file appears whole or not at all.
  ///
  /// - Parameters:
  ///   - folder: Where the folder `data` is to be made.
  ///   - progress: Is told how many samples are written.
  /// - Returns: The files.
  /// - Throws: ``DataFileError`` where a file is there already or cannot be written, or what reading throws.
  public func write(to folder: String, progress: (_ done: Int) -> Void = { _ in }) throws -> [String] {
    guard data.frameNames == nil else {
      throw DataFileError.unclear(
        file: data.path, "its frames are different quantities, which The Well has no place for")
    }
    let parts = [("train", split.training), ("valid", split.validation), ("test", split.test)]
      .filter { !$0.1.isEmpty }
      .map { (path: "\(folder)/data/\($0.0)/\(name).hdf5", folder: "\(folder)/data/\($0.0)", samples: $0.1) }
    if let there = parts.first(where: { FileManager.default.fileExists(atPath: $0.path) }) {
      throw DataFileError.fileExists(file: there.path)
    }
    var done = 0
    for part in parts {
      do {
        try FileManager.default.createDirectory(atPath: part.folder, withIntermediateDirectories: true)
      } catch {
        throw DataFileError.replacementFailed(FileError(.create, part.folder, code: EACCES))
      }
      try write(part.samples, to: part.path) {
        done += 1
        progress(done)
      }
    }
    return parts.map(\.path)
  }

  private func write(_ samples: [Int], to path: String, wrote: () -> Void) throws {
    let replacement: FileReplacement
    do {
      replacement = try FileReplacement(of: path)
    } catch {
      throw DataFileError.replacementFailed(error)
    }
    do {
      let file = try HDF5File(creating: replacement.temporary, reportedAs: path)
      try WellFileWriter(file, data, name: name, samples: samples).write(wrote: wrote)
      try file.close()
      do {
        try replacement.commit()
      } catch {
        throw DataFileError.replacementFailed(error)
      }
    } catch let error as HDF5Error {
      replacement.discard()
      throw DataFileError.hdf5(error)
    } catch {
      replacement.discard()
      throw error
    }
  }
}

/// A file of The Well that is being written.
private struct WellFileWriter {
  /// A field and the variables that are its components.
  private struct Field {
    let name: String
    let variables: [Int]
    let isConstant: Bool
    var order: Int { variables.count > 1 ? 1 : 0 }
    var path: String { "t\(order)_fields/\(name)" }
  }

  private let file: HDF5File
  private let data: any FieldDataSet
  private let name: String
  private let samples: [Int]
  private let fields: [Field]
  private let scalars: [Int]

  init(_ file: HDF5File, _ data: any FieldDataSet, name: String, samples: [Int]) throws {
    self.file = file
    self.data = data
    self.name = name
    self.samples = samples
    let scalars = try data.constants.filter { try Self.isUniform($0, of: data, samples) }
    self.scalars = scalars
    let others = data.constants.filter { !scalars.contains($0) }
    fields =
      Self.fields(data, data.states, isConstant: false) + Self.fields(data, others, isConstant: true)
  }

  /// Whether a variable is the same at every point, in all samples.
  private static func isUniform(_ variable: Int, of data: any FieldDataSet, _ samples: [Int]) throws -> Bool {
    for sample in samples {
      let values = try Self.values(of: [variable], of: data, sample, frames: [0])
      if values.contains(where: { $0 != values[0] }) { return false }
    }
    return true
  }

  private static func values(
    of variables: [Int], of data: any FieldDataSet, _ sample: Int, frames: [Int]
  ) throws -> [Float] {
    let slab = FieldSlab(sample: sample, variables: variables, frames: frames)
    var values = [Float](repeating: 0, count: slab.shape(of: data.spatialShape).reduce(1, *))
    var span = values.mutableSpan
    try data.read(slab, into: &span)
    return values
  }

  /// The variables as fields: those that are components of one thing together.
  private static func fields(_ data: any FieldDataSet, _ places: [Int], isConstant: Bool) -> [Field] {
    let letters = Array("xyz".prefix(data.dimensions)).map(String.init)
    let names = data.variableNames
    var fields: [Field] = []
    var taken: Set<Int> = []
    for place in places where !taken.contains(place) {
      let own = names[place]
      let base =
        data.dimensions > 1 && own.hasSuffix("_x") ? String(own.dropLast(2)) : own == "Vx" ? "velocity" : nil
      let components = letters.compactMap { letter in
        places.first { names[$0] == (own == "Vx" ? "V\(letter)" : "\(base ?? "")_\(letter)") }
      }
      if let base, data.dimensions > 1, components.count == data.dimensions {
        taken.formUnion(components)
        fields.append(Field(name: base, variables: components, isConstant: isConstant))
      } else {
        fields.append(Field(name: own, variables: [place], isConstant: isConstant))
      }
    }
    return fields
  }

  func write(wrote: () -> Void) throws {
    try writeDescription()
    let points = data.spatialShape.reduce(1, *)
    let sets = try fields.map { field in
      let shape = shape(of: field)
      let set = try file.createDataSet(field.path, shape: shape)
      try file.writeAttribute("dim_varying", .truths(data.axes.map { _ in true }), of: field.path)
      try file.writeAttribute("sample_varying", .truth(true), of: field.path)
      try file.writeAttribute("time_varying", .truth(!field.isConstant), of: field.path)
      return (field, set, shape)
    }
    for scalar in scalars {
      let path = "scalars/\(data.variables[scalar].name)"
      let values = try samples.map { Double(try Self.values(of: [scalar], of: data, $0, frames: [0])[0]) }
      let isSame = values.allSatisfy { $0 == values[0] }
      try file.createDataSet(path, shape: isSame ? [] : [samples.count]).write(isSame ? [values[0]] : values)
      try file.writeAttribute("sample_varying", .truth(!isSame), of: path)
      try file.writeAttribute("time_varying", .truth(false), of: path)
    }
    for (place, sample) in samples.enumerated() {
      for (field, set, shape) in sets {
        // A frame at a time, so that a sample of any length takes little memory.
        for frame in 0..<(field.isConstant ? 1 : data.frames) {
          let values = try Self.values(of: field.variables, of: data, sample, frames: [frame])
          var stored = values
          let count = field.variables.count
          if count > 1 {
            for component in 0..<count {
              for point in 0..<points {
                stored[point * count + component] = values[component * points + point]
              }
            }
          }
          let lead = field.isConstant ? 1 : 2
          let selection = Hyperslab(
            start: [place] + (field.isConstant ? [] : [frame]) + shape.dropFirst(lead).map { _ in 0 },
            count: Array(repeating: 1, count: lead) + shape.dropFirst(lead))
          try stored.withUnsafeBufferPointer { try set.write(selection, from: $0) }
        }
      }
      wrote()
    }
  }

  private func shape(of field: Field) -> [Int] {
    [samples.count] + (field.isConstant ? [] : [data.frames]) + data.spatialShape
      + (field.order > 0 ? [field.variables.count] : [])
  }

  /// Everything but the fields.
  private func writeDescription() throws {
    let axes = data.axes.map(\.name)
    let parameters = data.parameters.filter { !["n_spatial_dims", "n_trajectories"].contains($0.key) }
    try file.writeAttribute("dataset_name", .text(name), of: "/")
    try file.writeAttribute("grid_type", .text("cartesian"), of: "/")
    try file.writeAttribute("n_spatial_dims", .integer(data.dimensions), of: "/")
    try file.writeAttribute("n_trajectories", .integer(samples.count), of: "/")
    try file.writeAttribute("simulation_parameters", .texts(parameters.keys.sorted()), of: "/")
    for (name, value) in parameters.sorted(by: { $0.key < $1.key }) {
      try file.writeAttribute(name, .number(value), of: "/")
    }
    try file.createGroup("dimensions")
    try file.writeAttribute("spatial_dims", .texts(axes), of: "dimensions")
    try list("dimensions/time", data.times)
    for axis in data.axes {
      try list("dimensions/\(axis.name)", axis.coordinates)
      try file.writeAttribute("time_varying", .truth(false), of: "dimensions/\(axis.name)")
    }
    try file.createGroup("boundary_conditions")
    for axis in data.axes {
      let type = axis.isPeriodic == true ? "PERIODIC" : "OPEN"
      let path = "boundary_conditions/\(axis.name)_\(type.lowercased())"
      try file.createGroup(path)
      try file.writeAttribute("associated_dims", .texts([axis.name]), of: path)
      try file.writeAttribute("associated_fields", .texts([]), of: path)
      try file.writeAttribute("bc_type", .text(type), of: path)
      try file.writeAttribute("sample_varying", .truth(false), of: path)
      try file.writeAttribute("time_varying", .truth(false), of: path)
      let count = axis.coordinates.count
      try file.writeTruths("\(path)/mask", (0..<count).map { $0 == 0 || $0 == count - 1 })
    }
    try file.createGroup("scalars")
    try file.writeAttribute("field_names", .texts(scalars.map { data.variables[$0].name }), of: "scalars")
    for order in 0...2 {
      let group = "t\(order)_fields"
      try file.createGroup(group)
      try file.writeAttribute(
        "field_names", .texts(fields.filter { $0.order == order }.map(\.name)), of: group)
    }
  }

  private func list(_ path: String, _ values: [Double]) throws {
    try file.createDataSet(path, shape: [values.count]).write(values)
    try file.writeAttribute("sample_varying", .truth(false), of: path)
  }
}
