import HDF5

/// The samples of several data sets, one after the other, as one set.
struct ConcatenatedDataSet: FieldDataSet {
  private let parts: [any FieldDataSet]
  /// The place of each part's first sample.
  private let starts: [Int]
  let axes: [FieldAxis]
  let samples: Int
  let splits: SampleSplit?
  let attributes: [String: AttributeValue]
  let notes: [String]

  /// The first part.
  var first: any FieldDataSet { parts[0] }
  /// The first part's place.
  var path: String { parts.count == 1 ? first.path : "\(first.path) (and \(parts.count - 1) more)" }
  var layout: String { first.layout }
  var variables: [FieldVariable] { first.variables }
  var times: [Double] { first.times }
  var frameNames: [String]? { first.frameNames }
  var interpretation: [String] { first.interpretation }

  /// Attributes that say which samples a file has, and nothing of their physics.
  private static let counts: Set = ["first_sample", "n_trajectories"]

  /// What the samples of a part are for.
  enum Purpose { case training, test, validation }

  /// Joins data sets.
  ///
  /// Those of one purpose must have variables of the same names: files that are called after what they hold, `u.npy` and
  /// `v.npy`, are no samples of one field. Those of another purpose may be called after their files, `train.npy` and `test.npy`.
  ///
  /// - Parameter parts: The data sets, at least one, and what their samples are for.
  /// - Throws: ``DataFileError/differ(file:other:_:)`` where they do not agree in variables, frames, grid and ends.
  init(_ parts: [(data: any FieldDataSet, purpose: Purpose)]) throws(DataFileError) {
    precondition(!parts.isEmpty, "a set of no files")
    let first = parts[0].data
    var starts: [Int] = []
    var places: [Purpose: [Int]] = [:]
    var known: [Purpose: [FieldVariable]] = [:]
    var count = 0
    var attributes = first.attributes
    var notes = first.notes
    for (data, purpose) in parts {
      let own = known[purpose] ?? data.variables
      known[purpose] = own
      if let difference = Self.difference(data, first, isNamedAlike: data.variables == own) {
        throw .differ(file: data.path, other: first.path, difference)
      }
      starts.append(count)
      places[purpose, default: []] += count..<(count + data.samples)
      count += data.samples
      attributes = attributes.filter { data.attributes[$0.key] == $0.value }
      for note in data.notes where !notes.contains(note) { notes.append(note) }
    }
    let times = Set(parts.map(\.data.times))
    if times.count > 1 {
      notes.append("The files have their frames at different times; the times of the first are used.")
    }
    let numbers = Set(parts.flatMap { $0.data.parameters.keys }).subtracting(Self.counts)
    let differing = numbers.subtracting(attributes.keys).subtracting(first.variableNames).sorted()
    if !differing.isEmpty {
      notes.append(
        "The files differ in \(differing.joined(separator: ", ")), which is left out; what is named as an input is kept."
      )
    }
    let isDivided = parts.contains { $0.purpose != .training }
    splits =
      isDivided
      ? SampleSplit(
        test: places[.test] ?? [], training: places[.training] ?? [], validation: places[.validation] ?? [])
      : nil
    axes = try Self.axes(of: parts.map(\.data))
    self.parts = parts.map(\.data)
    self.starts = starts
    samples = count
    self.attributes = attributes
    self.notes = notes
  }

  /// In which way a data set cannot join another, to complete "has … of"; nil if it can.
  private static func difference(
    _ data: any FieldDataSet, _ other: any FieldDataSet, isNamedAlike: Bool
  ) -> String? {
    func list(_ names: [String]) -> String { names.joined(separator: ", ") }
    if data.variables != other.variables, !isNamedAlike || !data.hasVariables(of: other) {
      return "the variables \(list(data.variableNames)) instead of \(list(other.variableNames))"
    }
    if data.spatialShape != other.spatialShape {
      return "\(data.spatialShape) points instead of \(other.spatialShape)"
    }
    for (axis, expected) in zip(data.axes, other.axes) {
      guard axis.coordinates.areThose(of: expected.coordinates) else {
        return
          "\(axis.name) from \(axis.coordinates.first ?? 0) to \(axis.coordinates.last ?? 0) instead of the \(expected.coordinates.first ?? 0) to \(expected.coordinates.last ?? 0)"
      }
    }
    if data.frames != other.frames { return "\(data.frames) frames instead of the \(other.frames)" }
    if data.frameNames != other.frameNames {
      return "the quantities \(list(data.frameNames ?? [])) instead of the \(list(other.frameNames ?? []))"
    }
    return nil
  }

  /// Whether the names of all parts say the same of the ends, and what; nil where they do not.
  var arePeriodicByName: Bool? {
    let known = parts.map(\.isPeriodicByName)
    return known.allSatisfy { $0 == known[0] } ? known[0] : nil
  }

  /// The axes of all parts: periodic or not as far as files, or the names of flows, say so.
  private static func axes(of parts: [any FieldDataSet]) throws(DataFileError) -> [FieldAxis] {
    var axes: [FieldAxis] = []
    for (place, axis) in parts[0].axes.enumerated() {
      let said = parts.map { $0.axes[place].isPeriodic }
      let known = zip(parts, said).map { part, said in
        said ?? (part.pdeBenchKind == .compressibleFlow ? part.isPeriodicByName : nil)
      }
      if let periodic = known.firstIndex(of: true), let other = known.firstIndex(of: false) {
        let (later, earlier) = (max(periodic, other), min(periodic, other))
        throw .differ(
          file: parts[later].path, other: parts[earlier].path,
          later == periodic
            ? "a periodic \(axis.name) instead of the \(axis.name) with ends"
            : "ends along \(axis.name) instead of the periodic \(axis.name)")
      }
      // A part of which nothing is known may have ends. What names alone tell is no file's own word.
      let isPeriodic: Bool? =
        said.contains(false) ? false : said.contains(true) && known.allSatisfy { $0 == true } ? true : nil
      axes.append(
        FieldAxis(
          axis.name, coordinates: axis.coordinates, isPeriodic: isPeriodic, isAssumed: axis.isAssumed))
    }
    return axes
  }

  func read(_ slab: FieldSlab, into target: inout MutableSpan<Float>) throws {
    let (part, sample) = place(of: slab.sample)
    let own = FieldSlab(
      sample: sample, variables: slab.variables, frames: slab.frames, pointStride: slab.pointStride)
    try part.read(own, into: &target)
  }

  /// What is stored of a variable at a sample, frame and point, where it is infinite as a 32-bit float.
  func number(_ variable: Int, at position: [Int]) throws -> StoredNumber {
    let (part, sample) = place(of: position[0])
    return try part.storedNumber(variable, at: [sample] + position[1...])
  }

  /// The part that has a sample, and the sample's place in it.
  private func place(of sample: Int) -> (part: any FieldDataSet, sample: Int) {
    // The last part that begins at the sample or before it.
    var (low, high) = (0, starts.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= sample { low = middle } else { high = middle }
    }
    return (parts[low], sample - starts[low])
  }
}
