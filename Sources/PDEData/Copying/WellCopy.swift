import Foundation
import SystemFiles

/// Writes a data set in the layout of The Well: a folder `data` with `train`, `valid` and `test`, a file in each.
///
/// Variables named `u_x`, `u_y`(, `u_z`), and PDEBench's `Vx`, `Vy`(, `Vz`), become vectors, `u_xx`, `u_xy` … tensors. Inputs that
/// are the same everywhere become scalars, other inputs constant fields.
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
  ///   - progress: Called with the number of samples written so far.
  /// - Returns: The files.
  /// - Throws: ``DataFileError`` where a file is there already, cannot be written, or a number is beyond the 32-bit floats
  ///   that are written; or what reading throws.
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
      do { try Folder.make(part.folder) } catch { throw DataFileError.replacementFailed(error) }
      try write(part.samples, to: part.path) {
        done += 1
        progress(done)
      }
    }
    return parts.map(\.path)
  }

  private func write(_ samples: [Int], to path: String, wrote: () -> Void) throws {
    let new = try NewFile(path)
    func constants(_ sample: Int) throws -> [Float] { try values(of: data.constants, sample, frame: 0) }
    let description = try WellDescription(
      name: name, states: data.states.map { data.variableNames[$0] },
      constants: data.constants.map { data.variableNames[$0] }, axes: data.axes, times: data.times,
      says: data.attributes, samples: samples, constantsOf: constants)
    let writer = try WellWriter(new.file, description)
    for (place, sample) in samples.enumerated() {
      // A frame at a time, so that a sample of any length takes little memory.
      for frame in 0..<data.frames {
        try writer.write(values(of: data.states, sample, frame: frame), sample: place, frame: frame)
      }
      if writer.hasConstantFields { try writer.writeConstants(constants(sample), sample: place) }
      wrote()
    }
    writer.close()
    try new.finish()
  }

  private func values(of variables: [Int], _ sample: Int, frame: Int) throws -> [Float] {
    let slab = FieldSlab(sample: sample, variables: variables, frames: [frame])
    var values = [Float](repeating: 0, count: slab.shape(of: data.spatialShape).reduce(1, *))
    var span = values.mutableSpan
    try data.read(slab, into: &span)
    try values.withUnsafeBufferPointer { try data.requireSinglePrecision($0, slab) }
    return values
  }
}
