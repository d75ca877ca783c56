import ArrayFiles
import HDF5
import Synchronization
import TensorCore

/// The numeric data sets of an HDF5 file, those in groups under their paths, as arrays.
///
/// In a MATLAB file of version 7.3, HDF5 sees the axes in the opposite order of their users.
struct HDF5ArrayFile: ArrayFile {
  let file: HDF5File
  let arrays: [StoredArray]
  /// The names of each array's axes, where dimension scales or labels have them.
  let axisNames: [String: [String?]]
  /// The name of the axis that a dimension scale belongs to, by the scale's path.
  let scaleNames: [String: String]
  /// What users should know about it.
  let notes: [String]
  /// The complex numbers in it, which are not among the arrays.
  let skipped: [SkippedArray]
  /// How numbers are packed, by the paths of the arrays of which that is said.
  let packings: [String: NumberPacking]
  /// Whether its users have the axes in the opposite order.
  let isReversed: Bool
  private let opened = OpenDataSets()

  var path: String { file.path }
  var format: String { isReversed ? "a MATLAB file" : "an HDF5 file" }

  /// No more objects are looked at: a file with more holds samples apart.
  private static let mostObjects = 4096

  /// Lists what a file holds.
  ///
  /// - Parameters:
  ///   - file: The open file.
  ///   - group: Where to look.
  ///   - names: What to look at there; all unless given.
  ///   - isReversed: Whether the axes are in the opposite order of their users.
  /// - Throws: ``DataFileError/hdf5(_:)``.
  init(
    _ file: HDF5File, in group: String = "/", only names: [String]? = nil, isReversed: Bool = false
  ) throws(DataFileError) {
    self.file = file
    self.isReversed = isReversed
    var (arrays, axisNames): ([StoredArray], [String: [String?]]) = ([], [:])
    var scaleNames: [String: String] = [:]
    var (notes, skipped): ([String], [SkippedArray]) = ([], [])
    var packings: [String: NumberPacking] = [:]
    var waiting = [group]
    // Links may lead back to where they are, and then a group has as many names as anybody asks for. It goes by the first.
    var seen: Set<UInt64> = [try inHDF5(file.objectNumber(group))]
    var looked = 0
    walk: while let path = waiting.popLast() {
      let inside: [String]
      if let names, path == group { inside = names } else { inside = try inHDF5(file.names(in: path)) }
      for name in inside where !name.hasPrefix("#") {
        guard looked < Self.mostObjects else {
          notes.append("Only \(Self.mostObjects) of the objects in it are looked at; there are more.")
          break walk
        }
        looked += 1
        let inner = path == "/" ? name : "\(path)/\(name)"
        switch try inHDF5(file.kind(of: inner)) {
        case .group:
          if try seen.insert(inHDF5(file.objectNumber(inner))).inserted { waiting.append(inner) }
        case .dataSet:
          let set = try inHDF5(file.dataSet(at: inner))
          guard set.storage.isNumeric else {
            if set.storage.type == DataSetStorage.complexNumbers {
              skipped.append(SkippedArray(name: inner, kind: set.storage.type))
            }
            continue
          }
          packings[inner] = try inHDF5(NumberPacking(of: inner, in: file, type: set.storage.type))
          let dimensions = try inHDF5(set.dimensions())
          if dimensions.contains(where: { $0.name != nil }) { axisNames[inner] = dimensions.map(\.name) }
          for dimension in dimensions {
            if let scale = dimension.scale, let name = dimension.name { scaleNames[scale] = name }
          }
          arrays.append(
            StoredArray(
              name: inner, shape: isReversed ? set.shape.reversed() : set.shape,
              elementType: set.storage.type))
        case .other: continue
        }
      }
    }
    self.arrays = arrays
    self.axisNames = axisNames
    self.scaleNames = scaleNames
    self.notes = notes
    self.skipped = skipped
    self.packings = packings
  }

  /// A file of which some arrays are read that are known. Several last axes may be one here.
  init(_ file: HDF5File, listing arrays: [StoredArray]) {
    self.file = file
    self.arrays = arrays
    axisNames = [:]
    scaleNames = [:]
    notes = []
    skipped = []
    packings = [:]
    isReversed = false
  }

  func innermostAxis(of array: StoredArray) -> Int? {
    isReversed ? array.shape.firstIndex { $0 > 1 } : array.shape.lastIndex { $0 > 1 }
  }

  func list(_ array: StoredArray) throws -> [Double] {
    let set = try opened.dataSet(array.name, of: file)
    let shape = isReversed ? set.shape.reversed() : set.shape
    guard shape == array.shape else { throw differs(set, shape, from: array) }
    return try set.doubles(packings[array.name])
  }

  /// The error of a data set that is not of the shape that it had.
  private func differs(_ set: HDF5DataSet, _ shape: [Int], from array: StoredArray) -> DataFileError {
    .shapesDisagree(
      dataSet: set.name, shape: shape, other: array.name, otherShape: array.shape, file: path)
  }

  func read(_ array: StoredArray, _ slab: ArraySlab, into target: inout MutableSpan<Float>) throws {
    let set = try opened.dataSet(array.name, of: file)
    let shape = isReversed ? set.shape.reversed() : set.shape
    if shape.count == array.shape.count + 1, shape.reduce(1, *) == array.shape.reduce(1, *) {
      // The components of a tensor, which are always read together.
      let last = Array(shape.suffix(2))
      let selection = Hyperslab(
        start: slab.start.dropLast() + [0, 0], stride: slab.stride.dropLast() + [1, 1],
        count: slab.count.dropLast() + last)
      return try target.withUnsafeMutableBufferPointer { target in try set.read(selection, into: target) }
    }
    guard shape == array.shape else { throw differs(set, shape, from: array) }
    let packing = packings[array.name]
    guard isReversed, slab.count.filter({ $0 > 1 }).count > 1 else {
      let selection =
        isReversed
        ? Hyperslab(
          start: slab.start.reversed(), stride: slab.stride.reversed(), count: slab.count.reversed())
        : Hyperslab(start: slab.start, stride: slab.stride, count: slab.count)
      return try target.withUnsafeMutableBufferPointer { target in
        try set.read(selection, packing, into: target)
      }
    }
    let selection = Hyperslab(
      start: slab.start.reversed(), stride: slab.stride.reversed(), count: slab.count.reversed())
    try set.requireMemory(for: selection, elementBytes: MemoryLayout<Float>.stride)
    var values = Tensor(uninitialized: selection.count)
    try values.withUnsafeMutableElements { try set.read(selection, packing, into: $0) }
    values.withUnsafeElements { values in
      target.withUnsafeMutableBufferPointer { target in
        transpose(values, into: target, shape: slab.count)
      }
    }
  }
}

/// A file of arrays whose numbers can be read in double precision.
protocol DoubleArrayFile: ArrayFile {
  /// One number of an array as it is stored.
  func double(of array: StoredArray, at place: [Int]) throws -> Double

  /// How the stored numbers of an array are packed; nil where they are what they are.
  func packing(of array: StoredArray) -> NumberPacking?
}

extension HDF5ArrayFile: DoubleArrayFile {
  func packing(of array: StoredArray) -> NumberPacking? { packings[array.name] }

  func double(of array: StoredArray, at place: [Int]) throws -> Double {
    let set = try opened.dataSet(array.name, of: file)
    var place: [Int] = isReversed ? place.reversed() : place
    if set.shape.count == place.count + 1, let columns = set.shape.last, let component = place.popLast() {
      // A component of a tensor, which has two axes in the file.
      place += [component / columns, component % columns]
    }
    return try set.double(at: place)
  }
}

/// Copies numbers whose axes are in the opposite order.
///
/// - Parameters:
///   - source: The numbers, the first axis changing fastest.
///   - target: Room for them, the last axis changing fastest.
///   - shape: The extents.
private func transpose(
  _ source: UnsafeBufferPointer<Float>, into target: UnsafeMutableBufferPointer<Float>, shape: [Int]
) {
  var strides = [Int](repeating: 1, count: shape.count)
  for axis in shape.indices.dropFirst() { strides[axis] = strides[axis - 1] * shape[axis - 1] }
  let (lines, length, step) = (shape.dropLast(), shape[shape.count - 1], strides[shape.count - 1])
  var position = [Int](repeating: 0, count: lines.count)
  var (offset, index) = (0, 0)
  while index < target.count {
    for place in 0..<length { target[index + place] = source[offset + place * step] }
    index += length
    var axis = lines.count - 1
    while axis >= 0 {
      position[axis] += 1
      offset += strides[axis]
      if position[axis] < shape[axis] { break }
      offset -= shape[axis] * strides[axis]
      position[axis] = 0
      axis -= 1
    }
    if axis < 0 { return }
  }
}

/// The data sets that were read last, kept open.
final class OpenDataSets: Sendable {
  /// Each has a cache of its own in HDF5, so not many stay open.
  private static let most = 8

  private let sets = Mutex<[(name: String, set: HDF5DataSet)]>([])

  func dataSet(_ name: String, of file: HDF5File) throws -> HDF5DataSet {
    if let kept = sets.withLock({ sets in sets.first { $0.name == name }?.set }) { return kept }
    let set = try file.dataSet(at: name)
    sets.withLock { sets in
      if sets.count == Self.most { sets.removeFirst() }
      sets.append((name, set))
    }
    return set
  }
}
