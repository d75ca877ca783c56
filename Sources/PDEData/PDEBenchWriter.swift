public import TensorCore

/// Writes a file in PDEBench's layout, sample by sample.
///
/// ```swift
/// let writer = try PDEBenchWriter(path: path, layout: layout)
/// for sample in samples { try writer.append(sample) }
/// try writer.finish()
/// ```
///
/// The file is written under a temporary name in the same folder. It appears under its own name, complete and flushed
/// to the disk, in ``finish()``; it then holds the samples appended so far, whatever their number. Until then, and
/// after an error, there is nothing under that name, and letting go of the writer removes what was written.
///
/// Fields are 32-bit floats in chunks of one sample (or some of its frames, where a sample takes more than 4 MiB).
///
/// A writer belongs to one thread.
public final class PDEBenchWriter {
  /// Where the finished file is to be.
  public let path: String
  /// What the file describes.
  public let layout: PDEBenchLayout
  /// The number of samples written.
  public private(set) var samples = 0

  private static let chunkBytes = 4 << 20

  private let replacement: FileReplacement
  private var file: HDF5File?
  private var dataSets: [HDF5DataSet] = []

  /// Creates the file under its temporary name.
  ///
  /// - Parameters:
  ///   - path: Where the finished file is to be.
  ///   - layout: What the file describes.
  ///   - deflateLevel: How hard to compress, 0 (not at all) to 9.
  ///   - replacing: Whether a file that is already there is to be replaced.
  /// - Throws: ``DataFileError`` where there already is a file, or none can be written.
  /// - Precondition: The level is at least 0 and at most 9.
  public init(
    path: String, layout: PDEBenchLayout, deflateLevel: Int = 0, replacing: Bool = false
  ) throws(DataFileError) {
    precondition((0...9).contains(deflateLevel), "deflate has levels 0 to 9, not \(deflateLevel)")
    self.path = path
    self.layout = layout
    do {
      replacement = try FileReplacement(of: path)
    } catch {
      throw .replacementFailed(error)
    }
    if !replacing, replacement.destinationExists { throw .fileExists(file: path) }
    try failing { () throws(DataFileError) in
      let file = try HDF5File(creating: replacement.temporary, reportedAs: path)
      self.file = file
      for name in layout.attributes.keys.sorted() {
        guard let value = layout.attributes[name] else { continue }
        try file.writeAttribute(name, value)
      }
      for (name, values) in zip(PDEBenchCoordinates.spaceNames, layout.coordinates) {
        try file.createDataSet(name, shape: [values.count]).write(values)
      }
      try file.createDataSet(PDEBenchCoordinates.timeName, shape: [layout.times.count]).write(layout.times)

      let frameBytes = layout.spatialShape.reduce(MemoryLayout<Float>.stride, *)
      let chunkFrames = min(max(Self.chunkBytes / frameBytes, 1), layout.frames)
      let chunk = DataSetLayout.chunked([1, chunkFrames] + layout.spatialShape, deflate: deflateLevel)
      for name in layout.variables {
        let shape = [0, layout.frames] + layout.spatialShape
        dataSets.append(try file.createDataSet(name, shape: shape, layout: chunk))
      }
      try file.flush()
    }
  }

  deinit {
    abandon()
  }

  /// Writes the next sample; a full disk shows here.
  ///
  /// - Parameter frames: The sample, `[time, variable, x(, y(, z))]`.
  /// - Throws: ``DataFileError``; nothing more can then be written, and the temporary file is gone.
  /// - Precondition: The shape is the layout's, and the writer has neither finished nor failed.
  public func append(_ frames: Tensor) throws(DataFileError) {
    let expected = [layout.frames, layout.variables.count] + layout.spatialShape
    precondition(frames.shape == expected, "a sample has shape \(expected), got \(frames.shape)")
    guard let file else { preconditionFailure("\(path) is finished or has failed: nothing can be appended") }
    let points = layout.spatialShape.reduce(1, *)
    let variables = layout.variables.count
    try failing { () throws(DataFileError) in
      for (variable, dataSet) in dataSets.enumerated() {
        var field = Tensor(uninitialized: [layout.frames, points])
        field.withUnsafeMutableElements { target in
          frames.withUnsafeElements { source in
            for frame in 0..<layout.frames {
              let start = (frame * variables + variable) * points
              let place = target[frame * points..<(frame + 1) * points]
              _ = UnsafeMutableBufferPointer(rebasing: place).update(
                fromContentsOf: source[start..<start + points])
            }
          }
        }
        try dataSet.setExtent([samples + 1, layout.frames] + layout.spatialShape)
        let selection = Hyperslab(
          start: [samples, 0] + layout.spatialShape.map { _ in 0 },
          count: [1, layout.frames] + layout.spatialShape)
        try field.withUnsafeElements { (source) throws(DataFileError) in
          try dataSet.write(selection, from: source)
        }
      }
      try file.flush()
    }
    samples += 1
  }

  /// Completes the file and gives it its name.
  ///
  /// - Throws: ``DataFileError`` where no sample was appended or the file cannot be completed; there is then nothing
  ///   new under its name.
  /// - Precondition: The writer has neither finished nor failed.
  public func finish() throws(DataFileError) {
    guard let file else { preconditionFailure("\(path) is finished or has failed already") }
    try failing { () throws(DataFileError) in
      guard samples > 0 else { throw .nothingWritten(file: path) }
      dataSets = []
      try file.close()
      do throws(FileError) {
        try replacement.commit()
      } catch {
        throw .replacementFailed(error)
      }
    }
    self.file = nil
  }

  /// Runs `body`; where it throws, gives up the file.
  private func failing(_ body: () throws(DataFileError) -> Void) throws(DataFileError) {
    do {
      try body()
    } catch {
      abandon()
      throw error
    }
  }

  private func abandon() {
    dataSets = []
    file = nil
    replacement.discard()
  }
}
