import ArrayFiles
import HDF5
import SystemFiles

/// A file of The Well: `t0_fields`, `t1_fields` and `t2_fields` hold scalars, vectors and tensors on a grid, `scalars` numbers.
///
/// Components become variables, named as in `velocity_x`. What does not vary in time is an input. What does not vary along an
/// axis has none, and is the same along it here.
///
/// Source: Ohana et al., *The Well: a Large-Scale Collection of Diverse Physics Simulations for Machine Learning*,
/// arXiv:2412.00568, and the format of its published files.
struct TheWell: FieldLayout {
  let name = "The Well"
  let expectation = "groups 'dimensions' and 't0_fields', 't1_fields', 't2_fields' of The Well"

  static let fieldGroups = ["t0_fields", "t1_fields", "t2_fields"]

  func isFound(in contents: FileContents) -> Bool {
    contents.names.contains("dimensions") && !Set(contents.names).isDisjoint(with: Self.fieldGroups)
  }

  func open(_ contents: FileContents) throws(DataFileError) -> any FieldDataSet {
    try WellContents(contents).dataSet()
  }
}

/// What a file of The Well says of itself.
private struct WellContents {
  private let file: HDF5File
  private let names: [String]
  private let attributes: [String: AttributeValue]
  private let dimensions: [String]
  /// The coordinates of each dimension, and whether they are others than the file's.
  private var coordinates: [(values: [Double], isAssumed: Bool)] = []
  private var times: [Double] = []
  private var notes: [String] = []
  /// The number of samples that the file says it has.
  private let trajectories: Int?

  init(_ contents: FileContents) throws(DataFileError) {
    file = contents.file
    names = contents.names
    attributes = try inHDF5(file.attributes())
    let number = attributes["n_trajectories"]?.number
    if let number, number < 1 {
      throw .unclear(
        file: file.path,
        "'n_trajectories' is \(number), expected at least 1; correct the attribute or remove it")
    }
    trajectories = number.flatMap { Int(exactly: $0) }
    let said = try inHDF5(file.attributes(of: "dimensions"))["spatial_dims"]
    let inGroup = try inHDF5(file.names(in: "dimensions"))
    dimensions =
      switch said {
      case .texts(let names): names
      case .text(let name): [name]
      default: inGroup.filter { $0 != "time" }
      }
    guard (1...3).contains(dimensions.count) else {
      throw .unclear(
        file: file.path,
        "'dimensions' names \(dimensions.count) axes of space (\(dimensions.listed)), expected 1 to 3"
      )
    }
    for name in dimensions {
      let own = try list("dimensions/\(name)")
      coordinates.append(OrderedCoordinates.points(own, named: "dimensions/\(name)", &notes))
    }
    let own = try list("dimensions/time")
    times = OrderedCoordinates.times(own, named: "dimensions/time", &notes)
  }

  /// A list, or the first of several, with a note where they differ.
  private mutating func list(_ name: String) throws(DataFileError) -> [Double] {
    let set = try inHDF5(file.dataSet(at: name))
    guard let count = set.shape.last, count > 0, count <= 1 << 24, !set.shape.contains(0) else {
      throw .empty(dataSet: name, file: file.path, shape: set.shape)
    }
    // A file has such a list for each sample or time, or one for all of them.
    let all = set.whole
    let one = Hyperslab(start: all.start, count: set.shape.dropLast().map { _ in 1 } + [count])
    let isWhole = all.elements == count || all.elements <= Self.mostCompared
    let values = try inHDF5(set.doubles(isWhole ? all : one))
    let first = Array(values.prefix(count))
    if let index = first.firstIndex(where: { !$0.isFinite }) {
      throw .notFinite(value: first[index], dataSet: name, file: file.path, position: [index])
    }
    if !isWhole || values.indices.contains(where: { values[$0] != first[$0 % count] }) {
      notes.append("'\(name)' holds \(all.elements / count) lists; the first is used for all samples.")
    }
    return first
  }

  /// Of more numbers than these only the first list is looked at.
  private static let mostCompared = 1 << 20

  func dataSet() throws(DataFileError) -> ArrayDataSet {
    var (states, constants): ([StoredVariable], [StoredVariable]) = ([], [])
    var notes = notes
    var samples: Int?
    for (order, group) in TheWell.fieldGroups.enumerated() where names.contains(group) {
      for name in try fieldNames(group) {
        let field = try field("\(group)/\(name)", order: order, samples: &samples)
        let count = order == 0 ? 1 : (0..<order).reduce(1) { product, _ in product * dimensions.count }
        for component in 0..<count {
          let suffix = order == 0 ? "" : "_" + self.component(component, order: order)
          let isState = field.axes.contains(.time)
          let stored = StoredVariable(
            variable: FieldVariable(name + suffix, role: isState ? .state : .constant),
            sources: [FieldSource(array: field.array, axes: field.axes, component: component)])
          if isState { states.append(stored) } else { constants.append(stored) }
        }
      }
    }
    for name in try scalarNames() {
      let scalar = try field("scalars/\(name)", order: nil, samples: &samples)
      if scalar.axes.contains(.time) {
        notes.append("Not used: the scalar '\(name)', which varies in time.")
      } else {
        constants.append(
          StoredVariable(
            variable: FieldVariable(name, role: .constant),
            sources: [FieldSource(array: scalar.array, axes: scalar.axes)]))
      }
    }
    guard !states.isEmpty else {
      throw .unclear(file: file.path, "none of its fields varies in time, expected one at least")
    }
    let periodic = try periodicAxes()
    let axes = zip(["x", "y", "z"], zip(dimensions, coordinates)).map { letter, axis in
      FieldAxis(
        letter, coordinates: axis.1.values, isPeriodic: periodic.map { $0.contains(axis.0) },
        isAssumed: axis.1.isAssumed)
    }
    if dimensions != axes.map(\.name) {
      notes.append("Its axes \(dimensions.joined(separator: ", ")) are called x, y, z here, in that order.")
    }
    if let grid = attributes["grid_type"]?.text, grid != "cartesian" {
      notes.append("Its grid is \(grid); points are taken as they are stored.")
    }
    if samples == nil, let trajectories, trajectories > 1 {
      notes.append("Nothing varies between its \(trajectories) samples; one of them is read.")
    }
    var arrays: [StoredArray] = []
    for stored in states + constants where arrays.last != stored.sources[0].array {
      arrays.append(stored.sources[0].array)
    }
    let packed = arrays.map(\.name).filter { name in
      (try? file.dataSet(at: name)).map { NumberPacking.isSaid(of: $0, in: file) } ?? false
    }
    notes += NumberPacking.notes(
      onUnapplied: packed, layout: "The Well's layout", wayOut: "apply them before")
    return ArrayDataSet(
      file: HDF5ArrayFile(file, listing: arrays), layout: "fields of The Well", stored: states + constants,
      axes: axes,
      times: times, samples: samples ?? 1, attributes: attributes, notes: notes, ownLayout: TheWell())
  }

  /// The names of a group's fields, in the order that the file gives them.
  private func fieldNames(_ group: String) throws(DataFileError) -> [String] {
    let said: [String]
    switch try inHDF5(file.attributes(of: group))["field_names"] {
    case .texts(let names): said = names
    case .text(let name): said = [name]
    default: return try inHDF5(file.names(in: group))
    }
    var names: [String] = []
    for name in said {
      guard !names.contains(name) else {
        throw .unclear(
          file: file.path,
          "'field_names' of '\(group)' names '\(name)' twice, expected each field once; correct the attribute"
        )
      }
      // A name can lead into groups of the group.
      if !name.isEmpty, try inHDF5(file.contains("\(group)/\(name)")) { names.append(name) }
    }
    return names
  }

  private func scalarNames() throws(DataFileError) -> [String] {
    names.contains("scalars") ? try fieldNames("scalars") : []
  }

  /// x, y and z for the places of a vector, and xx, xy … for those of a tensor, row by row.
  private func component(_ place: Int, order: Int) -> String {
    let letters = Array("xyz")
    let first = order == 2 ? String(letters[place / dimensions.count]) : ""
    return first + String(letters[place % dimensions.count])
  }

  /// A field's array and axes, whose extents are known to agree with the grid. The first axis of samples says how many
  /// there are.
  private func field(
    _ name: String, order: Int?, samples: inout Int?
  ) throws(DataFileError) -> (array: StoredArray, axes: [ArrayAxis]) {
    let set = try inHDF5(file.dataSet(at: name))
    let says = try inHDF5(file.attributes(of: name))
    guard set.storage.isNumeric else {
      throw .hdf5(
        .wrongType(dataSet: name, file: file.path, found: set.storage.type, expected: "float32 or float64"))
    }
    func varies(_ key: String) -> Bool { says[key]?.number != 0 && says[key] != nil }
    var axes: [ArrayAxis] = []
    if varies("sample_varying") { axes.append(.sample) }
    if varies("time_varying") { axes.append(.time) }
    if let order {
      let along: [Double]
      switch says["dim_varying"] {
      case .numbers(let numbers) where numbers.count == dimensions.count: along = numbers
      case .number(let number) where dimensions.count == 1: along = [number]
      default: along = dimensions.map { _ in 1 }
      }
      for (axis, varies) in zip(ArrayAxis.space, along) where varies != 0 { axes.append(axis) }
      if order > 0 { axes.append(.variable) }
    }
    // The components of a tensor are two axes in the file and one here.
    var shape = set.shape
    if order == 2, shape.count > 1 {
      shape = shape.dropLast(2) + [shape[shape.count - 2] * shape[shape.count - 1]]
    }
    var expected: [Int] = []
    for axis in axes {
      switch axis {
      case .sample:
        let count = samples ?? trajectories ?? shape.first ?? 0
        samples = count
        expected.append(count)
      case .time: expected.append(times.count)
      case .x, .y, .z: expected.append(coordinates[axis.spacePlace ?? 0].values.count)
      case .variable: expected.append(order == 2 ? dimensions.count * dimensions.count : dimensions.count)
      }
    }
    // A single number may be stored with an axis of one entry.
    if axes.isEmpty, shape == [1] { (axes, expected) = ([.variable], [1]) }
    guard shape == expected, !shape.contains(0) else {
      throw .shapesDisagree(
        dataSet: name, shape: set.shape, other: "dimensions", otherShape: expected, file: file.path)
    }
    return (StoredArray(name: name, shape: shape, elementType: set.storage.type), axes)
  }

  /// The axes whose ends are joined; nil where nothing is said of ends.
  private func periodicAxes() throws(DataFileError) -> Set<String>? {
    guard names.contains("boundary_conditions") else { return nil }
    let conditions = try inHDF5(file.names(in: "boundary_conditions"))
    guard !conditions.isEmpty else { return nil }
    var periodic: Set<String> = []
    for name in conditions {
      let says = try inHDF5(file.attributes(of: "boundary_conditions/\(name)"))
      guard says["bc_type"]?.text?.lowercased() == "periodic" else { continue }
      switch says["associated_dims"] {
      case .texts(let axes): periodic.formUnion(axes)
      case .text(let axis): periodic.insert(axis)
      default: break
      }
    }
    return periodic
  }
}
