import SystemFiles

/// A fingerprint of a data set: enough to tell whether two files hold the same samples.
///
/// The hash (XXH64) is over the coordinates, the times, and the first and the last frame of up to 16 samples that lie
/// evenly in the file, so it takes milliseconds also for large files. How samples are stored, compressed or not, does
/// not count.
public struct DataFingerprint: Codable, Sendable, Equatable {
  /// The names of the variables.
  public let variables: [String]
  /// The number of samples.
  public let samples: Int
  /// The number of frames of each sample.
  public let frames: Int
  /// The number of points along each axis of space.
  public let shape: [Int]
  /// The hash, as 16 hexadecimal digits.
  public let hash: String

  /// No more samples are looked at.
  private static let mostSamples = 16
  /// Nor more bytes, but for two samples at least.
  private static let mostBytes = 64 << 20

  /// Looks into a data set.
  ///
  /// - Parameter data: The data set.
  /// - Throws: If it cannot be read.
  public init(of data: any FieldDataSet) throws {
    variables = data.variableNames
    samples = data.samples
    frames = data.frames
    shape = data.spatialShape
    var checksum = Checksum()
    for numbers in data.axes.map(\.coordinates) + [data.times] { checksum.update(numbers) }
    let places = Set([0, data.frames - 1]).sorted()
    var block = [Float](repeating: 0, count: places.count * data.spatialShape.reduce(1, *))
    let bytes = block.count * data.variables.count * MemoryLayout<Float>.stride
    for sample in Self.samples(of: data.samples, bytes: bytes) {
      for variable in data.variables.indices {
        var target = block.mutableSpan
        try data.read(FieldSlab(sample: sample, variables: [variable], frames: places), into: &target)
        checksum.update(block)
      }
    }
    hash = checksum.text
  }

  /// The fingerprint of several data sets that are trained on together.
  ///
  /// - Parameter sets: The data sets, at least one; the variables and extents are those of the first.
  /// - Throws: If one cannot be read.
  public init(of sets: [any FieldDataSet]) throws {
    precondition(!sets.isEmpty, "a fingerprint of no data sets")
    let each = try sets.map { try DataFingerprint(of: $0) }
    guard each.count > 1 else {
      self = each[0]
      return
    }
    (variables, frames, shape) = (each[0].variables, each[0].frames, each[0].shape)
    samples = each.reduce(0) { $0 + $1.samples }
    var checksum = Checksum()
    for one in each { checksum.update("\(one.variables) \(one.samples) \(one.hash)") }
    hash = checksum.text
  }

  /// The places of the samples to look at, the first and the last among them.
  private static func samples(of count: Int, bytes: Int) -> [Int] {
    let most = min(max(mostBytes / max(bytes, 1), 2), mostSamples, count)
    guard most > 1 else { return Array(0..<count) }
    return (0..<most).map { $0 * (count - 1) / (most - 1) }
  }

  /// In which way another data set differs, in words; nil if it is the same.
  ///
  /// - Parameter other: The other data set.
  /// - Returns: The difference, to complete "the data have …".
  public func difference(of other: DataFingerprint) -> String? {
    if other.variables != variables {
      return
        "the variables \(other.variables.joined(separator: ", ")) instead of \(variables.joined(separator: ", "))"
    }
    if other.shape != shape { return "\(other.shape) points instead of \(shape)" }
    if other.frames != frames { return "\(other.frames) frames instead of \(frames)" }
    if other.samples != samples { return "\(other.samples) samples instead of \(samples)" }
    return other.hash == hash ? nil : "other values in the same shape"
  }
}
