import HDF5
import SystemFiles
import TensorCore

/// Writes a data set of any layout into a file of PDEBench's, sample by sample.
///
/// Inputs that a model sees and does not predict are written beside the fields, a data set each. Samples for the test come
/// first and those for validation last, as ``Subsampling`` takes them. An interrupted copy is continued.
public struct DataSetCopy {
  /// The data set.
  public let data: any FieldDataSet
  /// Where the file is to be.
  public let path: String
  /// The samples in the order in which they are written.
  public let order: [Int]

  /// What is in the file.
  public struct Outcome: Sendable {
    /// The samples that are written, and those among them that an earlier attempt had left.
    public let samples, continued: Int
    /// Whether the file is complete.
    public let isFinished: Bool
  }

  /// Says in the file what it was made of, so that no other data are added to what is begun.
  private static let sourceAttribute = NamedArrays.sourceAttribute

  /// Prepares to write.
  ///
  /// - Parameters:
  ///   - data: The data set.
  ///   - path: Where the file is to be.
  public init(_ data: any FieldDataSet, to path: String) {
    self.data = data
    self.path = path
    order = data.splits.map { $0.test + $0.training + $0.validation } ?? Array(0..<data.samples)
  }

  /// Writes all samples that are not written yet; one of them is in memory at a time.
  ///
  /// - Parameters:
  ///   - shouldStop: Asked after every sample; if it returns true, the unfinished file is kept.
  ///   - progress: Called with the number of samples written so far.
  /// - Returns: What is in the file.
  /// - Throws: ``DataFileError`` where there is a file of that name, it cannot be written, or a number is beyond the 32-bit
  ///   floats that are written; or what reading throws.
  public func write(
    shouldStop: () -> Bool = { false }, progress: (_ done: Int) -> Void = { _ in }
  ) throws -> Outcome {
    let replacement: FileReplacement
    do {
      replacement = try FileReplacement(of: path)
    } catch {
      throw DataFileError.replacementFailed(error)
    }
    guard !replacement.destinationExists else { throw DataFileError.fileExists(file: path) }
    let layout = try layout()
    let partial = ResumableFile.partialPath(of: path)
    let isBegun = try replacement.exists(partial) && isOurs(partial, layout)
    let file = try ResumableFile(
      path: path, layout: layout, count: order.count, beginning: isBegun ? partial : nil)
    let continued = file.samples
    progress(continued)
    while file.samples < order.count {
      if shouldStop() {
        try file.pause()
        return Outcome(samples: file.samples, continued: continued, isFinished: false)
      }
      do {
        try file.append(sample(order[file.samples]))
      } catch let error as DataFileError {
        // No later attempt can go on with these data.
        switch error {
        case .beyondSinglePrecision, .missingValue: file.discard()
        default: break
        }
        throw error
      }
      progress(file.samples)
    }
    try file.finish()
    return Outcome(samples: order.count, continued: continued, isFinished: true)
  }

  private func layout() throws -> PDEBenchLayout {
    let names = data.states.map { data.variables[$0].name }
    var attributes = data.attributes
    attributes[Self.sourceAttribute] = .text(try source())
    // The copy's name need not say what the files' names do.
    let known = data.pdeBenchKind == .compressibleFlow ? data.isPeriodicByName : nil
    let ends = data.axes.map { $0.isPeriodic ?? known }
    if !ends.isEmpty, ends.allSatisfy({ $0 == true }) {
      attributes = DomainEnds.attributes(attributes, arePeriodic: true)
    } else if ends.contains(false), DomainEnds.arePeriodic(attributes) != false {
      attributes = DomainEnds.attributes(attributes, arePeriodic: false)
    }
    let isOwn = data.pdeBenchKind?.variables(dimensions: data.dimensions) == names
    return PDEBenchLayout(
      kind: isOwn ? data.pdeBenchKind : .fields(names, frames: data.frameNames), variables: names,
      coordinates: data.coordinates, times: data.times, attributes: attributes,
      extras: Dictionary(
        data.constants.map { (data.variables[$0].name, data.spatialShape) },
        uniquingKeysWith: { first, _ in first }))
  }

  /// A checksum of the data, and of the order of the samples where it is not the data's own.
  private func source() throws -> String {
    let hash = try DataFingerprint(of: data).hash
    guard order != Array(0..<data.samples) else { return hash }
    var checksum = Checksum()
    checksum.update(hash)
    checksum.update(order)
    return checksum.text
  }

  /// Whether an unfinished file is the beginning of this one.
  private func isOurs(_ partial: String, _ layout: PDEBenchLayout) throws(DataFileError) -> Bool {
    guard FileLock(partial) != nil else { throw .beingMade(file: path) }
    // What it was made of is asked first: other data need not have the data sets of this layout.
    let file = try inHDF5(HDF5File(reading: partial, ignoresLocks: true))
    let says = try inHDF5(file.attributes())
    if says[PDEBenchFile.finishedAttribute]?.number == 0 { return false }
    var isSame = says[Self.sourceAttribute] == layout.attributes[Self.sourceAttribute]
    for name in layout.fields.map(\.name) + layout.extras.keys where isSame {
      isSame = try inHDF5(file.contains(name))
    }
    guard isSame else {
      throw .unclear(
        file: partial,
        "it is the beginning of a file of other data; remove it, or choose another \(option: "output")")
    }
    return true
  }

  private func sample(_ sample: Int) throws -> PDEBenchSample {
    let states = FieldSlab(sample: sample, variables: data.states, frames: Array(0..<data.frames))
    var frames = Tensor(uninitialized: states.shape(of: data.spatialShape))
    try frames.withUnsafeMutableElements { elements in
      var values = elements.mutableSpan
      try data.read(states, into: &values)
      try data.requireSinglePrecision(UnsafeBufferPointer(elements), states)
    }
    var extras: [String: Tensor] = [:]
    for place in data.constants {
      let slab = FieldSlab(sample: sample, variables: [place], frames: [0])
      var field = Tensor(uninitialized: data.spatialShape)
      try field.withUnsafeMutableElements { elements in
        var values = elements.mutableSpan
        try data.read(slab, into: &values)
        try data.requireSinglePrecision(UnsafeBufferPointer(elements), slab)
      }
      extras[data.variables[place].name] = field
    }
    return PDEBenchSample(frames: frames, extras: extras)
  }
}
