import ArrayFiles
import HDF5

/// A file that holds each sample in a group of its own, as if its arrays were those of all samples.
///
/// The array `data` of a file with `0000/data`, `0001/data` … has an axis of samples before its own. Coordinates, arrays
/// with a single axis, are those of the first group. A few groups are looked at when the file is opened, and the others when
/// they are read.
struct GroupedArrays: ArrayFile {
  let file: HDF5File
  let arrays: [StoredArray]
  let axisNames: [String: [String?]]
  let scaleNames: [String: String]
  private let groups: [String]
  /// The array in the first group.
  private let first: [String: StoredArray]
  private let opened = OpenDataSets()

  var path: String { file.path }
  var format: String { "an HDF5 file with a group for each sample" }
  var samples: Int { groups.count }

  /// How many groups are looked at to begin with.
  private static let lookedAt = 8

  /// The samples of a file; nil where groups do not hold samples.
  init?(_ file: HDF5File, names: [String]) throws(DataFileError) {
    let kinds = names.count > 64 ? Self.some(of: names) : names
    var groups: [String] = []
    for name in kinds where try inHDF5(file.kind(of: name)) == .group { groups.append(name) }
    let numbered = names.filter { $0.last?.isNumber == true }
    guard !groups.isEmpty, let first = numbered.first, groups.contains(first) else { return nil }
    // A file whose groups differ, such as one of results beside settings, holds no samples in them.
    guard numbered.count * 2 > names.count else { return nil }
    let sample = try HDF5ArrayFile(file, in: first)
    let own = sample.arrays.map {
      StoredArray(
        name: String($0.name.dropFirst(first.count + 1)), shape: $0.shape, elementType: $0.elementType)
    }
    guard own.contains(where: { $0.shape.count > 1 }) else { return nil }
    for group in Self.some(of: numbered).dropFirst() {
      for array in own where array.shape.count > 1 {
        let set = try inHDF5(file.dataSet(at: "\(group)/\(array.name)"))
        guard set.shape == array.shape else {
          throw .shapesDisagree(
            dataSet: set.name, shape: set.shape, other: "\(first)/\(array.name)", otherShape: array.shape,
            file: file.path)
        }
      }
    }
    self.file = file
    self.groups = numbered
    self.first = Dictionary(own.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    arrays = own.map { array in
      let isCoordinate = array.shape.count == 1
      return StoredArray(
        name: array.name, shape: isCoordinate ? array.shape : [numbered.count] + array.shape,
        elementType: array.elementType)
    }
    let scales = sample.axisNames.map { (String($0.key.dropFirst(first.count + 1)), ["n"] + $0.value) }
    axisNames = Dictionary(scales, uniquingKeysWith: { first, _ in first })
    let owners = sample.scaleNames.map { (String($0.key.dropFirst(first.count + 1)), $0.value) }
    scaleNames = Dictionary(owners, uniquingKeysWith: { first, _ in first })
  }

  /// The first, the last and some between, in order.
  private static func some(of names: [String]) -> [String] {
    guard names.count > lookedAt else { return names }
    return (0..<lookedAt).map { names[$0 * (names.count - 1) / (lookedAt - 1)] }
  }

  func read(_ array: StoredArray, _ slab: ArraySlab, into target: inout MutableSpan<Float>) throws {
    guard array.shape.count != 1 else {
      return try read("\(groups[0])/\(array.name)", array.shape, slab, into: &target)
    }
    let (start, count, stride) = (slab.start.dropFirst(), slab.count.dropFirst(), slab.stride.dropFirst())
    let inner = ArraySlab(start: Array(start), count: Array(count), stride: Array(stride))
    for index in 0..<slab.count[0] {
      let group = groups[slab.start[0] + index * slab.stride[0]]
      try target.withUnsafeMutableBufferPointer { target in
        let place = index * inner.elements..<(index + 1) * inner.elements
        var part = UnsafeMutableBufferPointer(rebasing: target[place]).mutableSpan
        try read("\(group)/\(array.name)", Array(array.shape.dropFirst()), inner, into: &part)
      }
    }
  }

  private func read(
    _ name: String, _ shape: [Int], _ slab: ArraySlab, into target: inout MutableSpan<Float>
  ) throws {
    let set = try opened.dataSet(name, of: file)
    guard set.shape == shape else {
      throw DataFileError.shapesDisagree(
        dataSet: name, shape: set.shape, other: groups[0], otherShape: shape, file: path)
    }
    let selection = Hyperslab(start: slab.start, stride: slab.stride, count: slab.count)
    try target.withUnsafeMutableBufferPointer { target in try set.read(selection, into: target) }
  }
}

extension GroupedArrays: DoubleArrayFile {
  func double(of array: StoredArray, at place: [Int]) throws -> Double {
    guard array.shape.count != 1 else {
      return try opened.dataSet("\(groups[0])/\(array.name)", of: file).double(at: place)
    }
    return try opened.dataSet("\(groups[place[0]])/\(array.name)", of: file)
      .double(at: Array(place.dropFirst()))
  }
}
