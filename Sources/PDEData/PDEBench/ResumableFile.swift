import HDF5
import SystemFiles
import TensorCore

/// An unfinished file of a known number of samples, which survives the process that writes it.
///
/// The samples are written to `.NAME.partial` in the same folder. All their places are in that file from the beginning,
/// and so writing a sample changes nothing else: a process can be killed at any moment, or the disk be full, and the
/// finished samples are still there, for the next process to continue from. Their number is an attribute, written
/// about once a second after what it counts is on the disk. ``finish(deflateLevel:)`` gives the file its name.
///
/// ```swift
/// let file = try ResumableFile(path: path, layout: layout, count: 1000)
/// while file.samples < 1000 { try file.append(sample(file.samples)) }
/// try file.finish()
/// ```
///
/// An unfinished file can be read by ``PDEBenchFile`` as soon as no process writes to it.
public final class ResumableFile {
  /// Where the finished file is to be.
  public let path: String
  /// Where the file is until then.
  public let partialPath: String
  /// What the file describes.
  public let layout: PDEBenchLayout
  /// The number of samples that it has room for.
  public let count: Int
  /// The number of samples written.
  public private(set) var samples: Int
  /// The number of samples that another process would find finished.
  public private(set) var markedSamples: Int

  private static let markInterval = Duration.seconds(1)

  private let replacement: FileReplacement
  private let lock: FileLock
  private var file: HDF5File?
  private var dataSets: PDEBenchDataSets?
  private var lastMark: ContinuousClock.Instant?

  /// The name under which a file is made.
  ///
  /// - Parameter path: Where the finished file is to be.
  /// - Returns: The name of the unfinished one, in the same folder.
  public static func partialPath(of path: String) -> String {
    FilePath.sibling(of: path, named: ".\(FilePath.name(of: path)).partial")
  }

  /// Continues an unfinished file, or starts one.
  ///
  /// - Parameters:
  ///   - path: Where the finished file is to be.
  ///   - layout: What the file describes.
  ///   - count: How many samples it is to hold.
  ///   - beginning: Where a file of the same layout is whose first samples the new one begins with. It may be
  ///     an unfinished file, which is continued in place if it has room for as many samples.
  ///   - isStopped: Whether to stop; called while room is made for millions of samples.
  /// - Throws: ``DataFileError`` where the file cannot be written, its disk has too little room, or another process makes
  ///   it; ``DataFileError/stopped(file:)`` where it was stopped.
  /// - Precondition: There is room for at least one sample.
  public init(
    path: String, layout: PDEBenchLayout, count: Int, beginning: String? = nil,
    isStopped: () -> Bool = { false }
  ) throws(DataFileError) {
    precondition(count > 0, "a file needs room for samples, got \(count)")
    self.path = path
    self.layout = layout
    self.count = count
    partialPath = Self.partialPath(of: path)
    do {
      replacement = try FileReplacement(of: path)
    } catch {
      throw .replacementFailed(error)
    }
    let found = try beginning.map { (path) throws(DataFileError) in try Self.room(path, layout.kind) }
    samples = min(found?.samples ?? 0, count)
    markedSamples = samples
    if beginning != partialPath || found?.capacity != count {
      try Self.create(replacement, partialPath, layout, count, beginning: beginning, samples, isStopped)
    }
    guard let lock = FileLock(partialPath) else { throw .beingMade(file: path) }
    self.lock = lock
    let file = try inHDF5(HDF5File(updating: partialPath, reportedAs: path))
    self.file = file
    dataSets = try inHDF5(PDEBenchDataSets(openingIn: file, layout))
  }

  /// How many samples a file holds, and how many it has room for. It is closed again: HDF5 opens no file in two ways.
  private static func room(
    _ path: String, _ kind: PDEBenchKind
  ) throws(DataFileError) -> (samples: Int, capacity: Int) {
    let file = try PDEBenchFile(path: path, kind: kind, ignoresLocks: true)
    return (file.samples, file.capacity)
  }

  /// Creates the unfinished file with room for all samples and the first ones filled; it appears when that is done.
  private static func create(
    _ replacement: FileReplacement, _ partialPath: String, _ layout: PDEBenchLayout, _ count: Int,
    beginning: String?, _ samples: Int, _ isStopped: () -> Bool
  ) throws(DataFileError) {
    if replacement.exists(partialPath), FileLock(partialPath) == nil {
      throw .beingMade(file: replacement.destination)
    }
    // Every sample has its place in the file from the beginning, so a file that is too large shows here, not hours later.
    let bytes = layout.bytesPerSample * Double(count)
    if let free = replacement.freeBytes, bytes > Double(free) {
      throw .noRoom(file: replacement.destination, samples: count, bytes: bytes, free: free)
    }
    do throws(DataFileError) {
      let file = try inHDF5(
        HDF5File(creating: replacement.temporary, reportedAs: replacement.destination))
      try inHDF5(file.writeAttribute(PDEBenchFile.finishedAttribute, .number(Double(samples))))
      try fill(file, named: replacement.destination, layout, count, beginning: beginning, samples, isStopped)
      try inHDF5(file.close())
      do throws(FileError) {
        try replacement.adopt(replacement.temporary, as: partialPath)
      } catch {
        throw DataFileError.replacementFailed(error)
      }
    } catch {
      replacement.discard()
      throw error
    }
  }

  private static func fill(
    _ file: HDF5File, named path: String, _ layout: PDEBenchLayout, _ count: Int, beginning: String?,
    _ samples: Int, _ isStopped: () -> Bool
  ) throws(DataFileError) {
    let dataSets = try inHDF5(PDEBenchDataSets(creatingIn: file, layout, .reserved))
    guard try inHDF5(dataSets.reserve(count, isStopped: isStopped)) else { throw .stopped(file: path) }
    guard let beginning else { return }
    let source = try PDEBenchFile(path: beginning, kind: layout.kind, ignoresLocks: true)
    for index in 0..<samples {
      let sample = try source.sample(index)
      try inHDF5(dataSets.write(sample, at: index))
    }
  }

  /// Writes the next sample; a full disk shows here. What was finished before stays in the unfinished file.
  ///
  /// - Parameter sample: The sample.
  /// - Throws: ``DataFileError``; the file can then not be written to any more.
  /// - Precondition: The sample is as the layout says, there is room for it, and the file is not finished.
  public func append(_ sample: PDEBenchSample) throws(DataFileError) {
    guard let dataSets, samples < count else {
      preconditionFailure("\(path) is finished or has failed: nothing can be appended")
    }
    do throws(DataFileError) {
      try inHDF5(dataSets.write(sample, at: samples))
      samples += 1
      let now = ContinuousClock.now
      if lastMark.map({ now - $0 >= Self.markInterval }) ?? true {
        try mark()
        lastMark = now
      }
    } catch {
      close()
      throw error
    }
  }

  /// Records all that is written as finished, and leaves the file unfinished for a later attempt.
  ///
  /// - Throws: ``DataFileError`` where that cannot be recorded.
  public func pause() throws(DataFileError) {
    try mark()
    close()
  }

  /// Records the number of finished samples in the unfinished file, after flushing them to disk.
  private func mark() throws(DataFileError) {
    guard let file, markedSamples < samples else { return }
    try inHDF5(file.flush())
    do throws(FileError) {
      try replacement.synchronize(partialPath)
    } catch {
      throw .replacementFailed(error)
    }
    try inHDF5(file.replaceAttribute(PDEBenchFile.finishedAttribute, Double(samples)))
    try inHDF5(file.flush())
    markedSamples = samples
  }

  /// Gives the file its name, whether it is full or not; a file of that name is replaced.
  ///
  /// A file that is full and is not to be compressed is complete as it is; the samples of another are copied.
  ///
  /// - Parameter deflateLevel: How hard to compress, 0 (not at all) to 9.
  /// - Throws: ``DataFileError``; the unfinished file is then still there.
  /// - Precondition: There is a sample, and the file is not finished and has not failed.
  public func finish(deflateLevel: Int = 0) throws(DataFileError) {
    precondition(samples > 0 && file != nil, "\(path) is empty, is finished or has failed")
    defer { close() }
    try mark()
    guard lock.isOf(partialPath) else { throw .beingMade(file: path) }
    if samples == count, deflateLevel == 0 {
      try inHDF5(file?.removeAttribute(PDEBenchFile.finishedAttribute))
      dataSets = nil
      try inHDF5(file?.close())
      do throws(FileError) {
        try replacement.adopt(partialPath, as: path)
      } catch {
        throw .replacementFailed(error)
      }
      return
    }
    dataSets = nil
    try inHDF5(file?.close())
    let finished = try PDEBenchFile(path: partialPath, kind: layout.kind, ignoresLocks: true)
    let writer = try PDEBenchWriter(path: path, layout: layout, deflateLevel: deflateLevel, replacing: true)
    try writer.append(contentsOf: finished)
    try writer.finish()
    replacement.remove(partialPath)
  }

  /// Removes the unfinished file.
  public func discard() {
    close()
    if lock.isOf(partialPath) { replacement.remove(partialPath) }
  }

  private func close() {
    dataSets = nil
    file = nil
  }
}

extension PDEBenchFile {
  /// One sample, with what is stored beside it.
  func sample(_ index: Int) throws(DataFileError) -> PDEBenchSample {
    let slab = FieldSlab(sample: index, variables: Array(variables.indices), frames: Array(0..<self.frames))
    var frames = Tensor(uninitialized: slab.shape(of: spatialShape))
    try frames.withUnsafeMutableElements { (target) throws(DataFileError) in
      var target = target.mutableSpan
      try read(slab, into: &target)
    }
    return PDEBenchSample(frames: frames, extras: try extras(sample: index))
  }
}
