import HDF5
import SystemFiles
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

  private let replacement: FileReplacement
  private var file: HDF5File?
  private var dataSets: PDEBenchDataSets?

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
      let file = try inHDF5(HDF5File(creating: replacement.temporary, reportedAs: path))
      self.file = file
      dataSets = try inHDF5(PDEBenchDataSets(creatingIn: file, layout, .growing(deflateLevel: deflateLevel)))
      try inHDF5(file.flush())
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
    try append(PDEBenchSample(frames: frames))
  }

  /// Writes the next sample and what is stored beside it; a full disk shows here.
  ///
  /// - Parameter sample: The sample.
  /// - Throws: ``DataFileError``; nothing more can then be written, and the temporary file is gone.
  /// - Precondition: The sample is as the layout says, and the writer has neither finished nor failed.
  public func append(_ sample: PDEBenchSample) throws(DataFileError) {
    guard let file, let dataSets else {
      preconditionFailure("\(path) is finished or has failed: nothing can be appended")
    }
    try failing { () throws(DataFileError) in
      try inHDF5(dataSets.setSamples(samples + 1))
      try inHDF5(dataSets.write(sample, at: samples))
      try inHDF5(file.flush())
    }
    samples += 1
  }

  /// Copies all samples of a file.
  ///
  /// - Parameter file: The file, of the same layout.
  /// - Throws: ``DataFileError``; nothing more can then be written, and the temporary file is gone.
  /// - Precondition: The writer has neither finished nor failed.
  public func append(contentsOf file: PDEBenchFile) throws(DataFileError) {
    for sample in 0..<file.samples { try append(try file.sample(sample)) }
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
      dataSets = nil
      try inHDF5(file.close())
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
    dataSets = nil
    file = nil
    replacement.discard()
  }
}
