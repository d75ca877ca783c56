import ArrayFiles
import HDF5
import SystemFiles

/// A file that holds each sample in a group of its own, as if its arrays were those of all samples.
///
/// The array `data` of a file with `0000/data`, `0001/data` … has an axis of samples before its own, and so has all that is
/// no coordinate: a number in each group is a list here. Coordinates, arrays with a single axis and the name of one, are
/// those of the first group. A few groups are looked at when the file is opened, and the others when they are read.
struct GroupedArrays: ArrayFile {
  let file: HDF5File
  let arrays: [StoredArray]
  let axisNames: [String: [String?]]
  let scaleNames: [String: String]
  /// Arrays of which a group has a number or a list that is no coordinate.
  let perSample: Set<String>
  /// What users should know about it.
  let notes: [String]
  private let groups: [String]
  /// How numbers are packed, by the names of the arrays of which the first group says so.
  private let packings: [String: NumberPacking]
  private let coordinates: Set<String>
  private let opened = OpenDataSets()

  var path: String { file.path }
  var format: String { "an HDF5 file with a group for each sample" }

  /// How many groups are looked at to begin with.
  private static let lookedAt = 8

  /// The samples of a file; nil where groups do not hold samples.
  init?(_ file: HDF5File, names: [String]) throws(DataFileError) {
    let kinds = names.count > 64 ? Self.some(of: names) : names
    var groups: [String] = []
    for name in kinds where try inHDF5(file.kind(of: name)) == .group { groups.append(name) }
    let numbered = names.filter(Self.isSample)
    guard !groups.isEmpty, let first = numbered.first, groups.contains(first) else { return nil }
    // A file whose groups differ, such as one of results beside settings, holds no samples in them.
    guard numbered.count * 2 > names.count else { return nil }
    let sample = try HDF5ArrayFile(file, in: first)
    let own = sample.arrays.map {
      StoredArray(
        name: String($0.name.dropFirst(first.count + 1)), shape: $0.shape, elementType: $0.elementType)
    }
    guard own.contains(where: { $0.shape.count > 1 }) else { return nil }
    let axisNames = Dictionary(
      sample.axisNames.map { (String($0.key.dropFirst(first.count + 1)), $0.value) },
      uniquingKeysWith: { first, _ in first })
    let scaleNames = Dictionary(
      sample.scaleNames.map { (String($0.key.dropFirst(first.count + 1)), $0.value) },
      uniquingKeysWith: { first, _ in first })
    packings = Dictionary(
      sample.packings.map { (String($0.key.dropFirst(first.count + 1)), $0.value) },
      uniquingKeysWith: { first, _ in first })
    let lists = own.filter { Self.isCoordinate($0, scaleNames) }
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
    var notes = sample.notes
    for array in lists {
      if let note = try Self.difference(of: array, in: file, Self.some(of: numbered)) { notes.append(note) }
    }
    let coordinates = Set(lists.map(\.name))
    self.file = file
    self.notes = notes
    self.groups = numbered
    self.coordinates = coordinates
    perSample = Set(own.filter { $0.shape.count < 2 }.map(\.name)).subtracting(coordinates)
    arrays = own.map { array in
      StoredArray(
        name: array.name,
        shape: coordinates.contains(array.name) ? array.shape : [numbered.count] + array.shape,
        elementType: array.elementType)
    }
    self.axisNames = axisNames.mapValues { ["n"] + $0 }
    self.scaleNames = scaleNames
  }

  /// Whether a name is that of a sample's group.
  private static func isSample(_ name: String) -> Bool { name.last?.isNumber == true }

  /// The names of what lies beside the groups.
  static func besides(_ names: [String]) -> [String] { names.filter { !isSample($0) } }

  /// Whether an array of a group is a coordinate: a list by the name of an axis, but not by the letters alone that are as well
  /// those of a density n and a velocity v.
  private static func isCoordinate(_ array: StoredArray, _ scaleNames: [String: String]) -> Bool {
    guard array.shape.count == 1, let axis = ArrayAxis(ofList: array.name, scaleNames: scaleNames) else {
      return false
    }
    return (axis != .sample && axis != .variable) || scaleNames[array.name] != nil
      || FilePath.name(of: array.name).count > 1
  }

  /// A note where a coordinate is not the same in some groups, the first of which has it; nil where it is.
  private static func difference(
    of array: StoredArray, in file: HDF5File, _ groups: [String]
  ) throws(DataFileError) -> String? {
    guard array.shape[0] <= mostCompared else { return nil }
    let expected = try inHDF5(file.doubles(at: "\(groups[0])/\(array.name)"))
    for group in groups.dropFirst() {
      let path = "\(group)/\(array.name)"
      // One group may have the coordinates for all.
      guard try inHDF5(file.contains(path)), try inHDF5(file.kind(of: path)) == .dataSet else { continue }
      let set = try inHDF5(file.dataSet(at: path))
      var isSame = set.shape == array.shape && set.storage.isNumeric
      if isSame {
        isSame = try inHDF5(set.doubles()).areThose(of: expected)
      }
      if !isSame {
        return "'\(array.name)' of '\(group)' is not that of '\(groups[0])', which is used for all samples."
      }
    }
    return nil
  }

  /// Longer coordinates are not compared.
  private static let mostCompared = 1 << 20

  /// The first, the last and some between, in order.
  private static func some(of names: [String]) -> [String] {
    guard names.count > lookedAt else { return names }
    return (0..<lookedAt).map { names[$0 * (names.count - 1) / (lookedAt - 1)] }
  }

  func list(_ array: StoredArray) throws -> [Double] {
    guard !coordinates.contains(array.name) else {
      return try opened.dataSet("\(groups[0])/\(array.name)", of: file).doubles(packings[array.name])
    }
    // Nobody needs what differs between samples in double precision.
    return try values(of: array).map(Double.init)
  }

  func read(_ array: StoredArray, _ slab: ArraySlab, into target: inout MutableSpan<Float>) throws {
    guard !coordinates.contains(array.name) else {
      return try read("\(groups[0])/\(array.name)", array, array.shape, slab, into: &target)
    }
    let (start, count, stride) = (slab.start.dropFirst(), slab.count.dropFirst(), slab.stride.dropFirst())
    let inner = ArraySlab(start: Array(start), count: Array(count), stride: Array(stride))
    for index in 0..<slab.count[0] {
      let group = groups[slab.start[0] + index * slab.stride[0]]
      try target.withUnsafeMutableBufferPointer { target in
        let place = index * inner.elements..<(index + 1) * inner.elements
        var part = UnsafeMutableBufferPointer(rebasing: target[place]).mutableSpan
        try read("\(group)/\(array.name)", array, Array(array.shape.dropFirst()), inner, into: &part)
      }
    }
  }

  private func read(
    _ name: String, _ array: StoredArray, _ shape: [Int], _ slab: ArraySlab,
    into target: inout MutableSpan<Float>
  ) throws {
    let set = try opened.dataSet(name, of: file)
    guard set.shape == shape else {
      throw DataFileError.shapesDisagree(
        dataSet: name, shape: set.shape, other: groups[0], otherShape: shape, file: path)
    }
    let selection = Hyperslab(start: slab.start, stride: slab.stride, count: slab.count)
    let packing = packings[array.name]
    try target.withUnsafeMutableBufferPointer { target in try set.read(selection, packing, into: target) }
  }
}

extension GroupedArrays: DoubleArrayFile {
  func packing(of array: StoredArray) -> NumberPacking? { packings[array.name] }

  func double(of array: StoredArray, at place: [Int]) throws -> Double {
    guard !coordinates.contains(array.name) else {
      return try opened.dataSet("\(groups[0])/\(array.name)", of: file).double(at: place)
    }
    return try opened.dataSet("\(groups[place[0]])/\(array.name)", of: file)
      .double(at: Array(place.dropFirst()))
  }
}
