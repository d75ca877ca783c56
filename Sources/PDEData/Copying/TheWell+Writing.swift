import HDF5
import SystemFiles
import TensorCore

extension TheWell {
  /// A writer of one file of The Well, with the constants of the data set.
  func writer(of fields: WrittenFields, to path: String) throws -> (any FieldWriter)? {
    try WellFieldWriter(fields, to: path)
  }
}

/// Writes samples into one file of The Well.
private final class WellFieldWriter: FieldWriter {
  private let fields: WrittenFields
  private let new: NewFile
  private let writer: WellWriter
  private(set) var samples = 0

  init(_ fields: WrittenFields, to path: String) throws {
    let loader = fields.loader
    let file = FilePath.name(of: path)
    let own = loader.dataSet.attributes["dataset_name"]?.text
    self.fields = fields
    new = try NewFile(path)
    let description = try WellDescription(
      name: own ?? file.split(separator: ".").first.map(String.init) ?? file,
      states: loader.variables.map(\.name), constants: loader.inputs.map(\.name), axes: loader.axes,
      times: fields.times, says: loader.attributes, beside: fields.attributes,
      samples: fields.samples, constantsOf: { try loader.inputs(of: $0).elements })
    writer = try WellWriter(new.file, description)
  }

  func append(_ frames: Tensor) throws {
    let values = frames.elements
    let size = values.count / fields.times.count
    for frame in fields.times.indices {
      try writer.write(Array(values[frame * size..<(frame + 1) * size]), sample: samples, frame: frame)
    }
    if writer.hasConstantFields {
      try writer.writeConstants(fields.loader.inputs(of: fields.samples[samples]).elements, sample: samples)
    }
    samples += 1
  }

  func finish() throws {
    writer.close()
    try new.finish()
  }
}
