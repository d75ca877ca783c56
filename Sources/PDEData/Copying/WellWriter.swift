import HDF5

/// What a file of The Well says, apart from the values of its fields.
struct WellDescription {
  /// A field and the places of the variables that are its components.
  struct Field {
    let name: String
    let places: [Int]
    /// 0 for a scalar, 1 for a vector, 2 for a tensor.
    let order: Int
    var path: String { "t\(order)_fields/\(name)" }
  }

  let name: String
  let axes: [FieldAxis]
  let times: [Double]
  let samples: Int
  /// Fields that change in time, whose places are among the states.
  let fields: [Field]
  /// Fields that do not, whose places are among the constants.
  let constantFields: [Field]
  /// Numbers, of each sample.
  let scalars: [(name: String, values: [Double])]
  /// What the root says.
  let attributes: [String: AttributeValue]
  /// The names of the numbers among that which are no parameters of the equations.
  let notes: Set<String>

  /// Describes a file.
  ///
  /// - Parameters:
  ///   - name: The data set's name.
  ///   - states: The names of the variables that change in time.
  ///   - constants: The names of the others.
  ///   - axes: The axes of space.
  ///   - times: The times of the frames.
  ///   - says: Parameters and descriptions.
  ///   - beside: What the root says that is neither.
  ///   - samples: The places of the samples.
  ///   - constantsOf: Reads the constants of a sample, `[variable, x(, y(, z))]`.
  /// - Throws: What `constantsOf` throws.
  init(
    name: String, states: [String], constants: [String], axes: [FieldAxis], times: [Double],
    says: [String: AttributeValue], beside: [String: AttributeValue] = [:], samples: [Int],
    constantsOf: (_ sample: Int) throws -> [Float]
  ) throws {
    let points = axes.reduce(1) { $0 * $1.coordinates.count }
    var (uniform, numbers) = (Set(constants.indices), constants.map { _ in [Double]() })
    for sample in samples where !uniform.isEmpty {
      let values = try constantsOf(sample)
      for place in uniform {
        let own = values[place * points..<(place + 1) * points]
        numbers[place].append(Double(values[place * points]))
        if own.contains(where: { $0 != own.first }) { uniform.remove(place) }
      }
    }
    self.name = name
    self.axes = axes
    self.times = times
    self.samples = samples.count
    fields = Self.fields(states, Array(states.indices), axes: axes)
    constantFields = Self.fields(constants, constants.indices.filter { !uniform.contains($0) }, axes: axes)
    scalars = uniform.sorted().map { (constants[$0], numbers[$0]) }
    attributes = says.merging(beside) { _, said in said }
    notes = Set(beside.keys)
  }

  /// The variables as fields: those that are components of one thing together.
  private static func fields(_ names: [String], _ places: [Int], axes: [FieldAxis]) -> [Field] {
    let letters = axes.count > 1 ? axes.map(\.name) : []
    var fields: [Field] = []
    var taken: Set<Int> = []
    for place in places where !taken.contains(place) {
      let own = names[place]
      let forms: [(base: String, order: Int, components: [String])] =
        own == "Vx"
        ? [("velocity", 1, letters.map { "V\($0)" })]
        : [("_x", 1, letters), ("_xx", 2, letters.flatMap { row in letters.map { row + $0 } })]
          .filter { own.hasSuffix($0.0) }
          .map { suffix, order, letters in
            let base = String(own.dropLast(suffix.count))
            return (base, order, letters.map { "\(base)_\($0)" })
          }
      let found = forms.lazy.compactMap { form -> Field? in
        let components = form.components.compactMap { name in places.first { names[$0] == name } }
        guard !components.isEmpty, components.count == form.components.count else { return nil }
        return Field(name: form.base, places: components, order: form.order)
      }
      let field = found.first ?? Field(name: own, places: [place], order: 0)
      taken.formUnion(field.places)
      fields.append(field)
    }
    return fields
  }
}

/// Writes a file of The Well, frame by frame.
final class WellWriter {
  private typealias Stored = (field: WellDescription.Field, set: HDF5DataSet)

  private let file: HDF5File
  private let description: WellDescription
  private var states: [Stored] = []
  private var constants: [Stored] = []

  /// Whether there are fields that do not change in time.
  var hasConstantFields: Bool { !constants.isEmpty }

  /// Writes all but the values of fields.
  init(_ file: HDF5File, _ description: WellDescription) throws(DataFileError) {
    self.file = file
    self.description = description
    do throws(HDF5Error) {
      try writeDescription()
      for field in description.fields { states.append((field, try create(field, isConstant: false))) }
      for field in description.constantFields {
        constants.append((field, try create(field, isConstant: true)))
      }
      try writeScalars()
    } catch {
      throw .hdf5(error)
    }
  }

  /// Writes one frame of a sample, `[state, x(, y(, z))]`.
  func write(_ values: [Float], sample: Int, frame: Int) throws(DataFileError) {
    for (field, set) in states { try inHDF5(write(field, to: set, at: [sample, frame], values)) }
  }

  /// Writes what does not change of a sample, `[constant, x(, y(, z))]`.
  func writeConstants(_ values: [Float], sample: Int) throws(DataFileError) {
    for (field, set) in constants { try inHDF5(write(field, to: set, at: [sample], values)) }
  }

  /// Lets go of the data sets, so that the file can be closed.
  func close() {
    states = []
    constants = []
  }

  private func write(
    _ field: WellDescription.Field, to set: HDF5DataSet, at place: [Int], _ values: [Float]
  ) throws(HDF5Error) {
    let points = description.axes.reduce(1) { $0 * $1.coordinates.count }
    let count = field.places.count
    var stored = [Float](repeating: 0, count: count * points)
    for (component, variable) in field.places.enumerated() {
      for point in 0..<points { stored[point * count + component] = values[variable * points + point] }
    }
    let rest = set.shape.dropFirst(place.count)
    let selection = Hyperslab(
      start: place + rest.map { _ in 0 }, count: place.map { _ in 1 } + rest)
    try stored.withUnsafeBufferPointer { (stored) throws(HDF5Error) in
      try set.write(selection, from: stored)
    }
  }

  private func create(_ field: WellDescription.Field, isConstant: Bool) throws(HDF5Error) -> HDF5DataSet {
    let shape =
      [description.samples] + (isConstant ? [] : [description.times.count])
      + description.axes.map(\.coordinates.count)
      + Array(repeating: description.axes.count, count: field.order)
    let set = try file.createDataSet(field.path, shape: shape)
    try file.writeAttribute("dim_varying", .truths(description.axes.map { _ in true }), of: field.path)
    try file.writeAttribute("sample_varying", .truth(true), of: field.path)
    try file.writeAttribute("time_varying", .truth(!isConstant), of: field.path)
    return set
  }

  private func writeScalars() throws(HDF5Error) {
    for (name, values) in description.scalars {
      let path = "scalars/\(name)"
      let isSame = values.allSatisfy { $0 == values[0] }
      try file.createDataSet(path, shape: isSame ? [] : [values.count]).write(isSame ? [values[0]] : values)
      try file.writeAttribute("sample_varying", .truth(!isSame), of: path)
      try file.writeAttribute("time_varying", .truth(false), of: path)
    }
  }

  /// What the root says of itself, and not of the equations.
  private static let reserved: Set = [
    "dataset_name", "grid_type", "n_spatial_dims", "n_trajectories", "simulation_parameters",
  ]

  /// Everything but the fields and scalars.
  private func writeDescription() throws(HDF5Error) {
    let axes = description.axes.map(\.name)
    let said = description.attributes.filter { !Self.reserved.contains($0.key) }
    let parameters = said.keys.filter { said[$0]?.number != nil && !description.notes.contains($0) }
      .sorted()
    let grid = description.attributes["grid_type"]?.text ?? "cartesian"
    try file.writeAttribute("dataset_name", .text(description.name), of: "/")
    try file.writeAttribute("grid_type", .text(grid), of: "/")
    try file.writeAttribute("n_spatial_dims", .integer(axes.count), of: "/")
    try file.writeAttribute("n_trajectories", .integer(description.samples), of: "/")
    try file.writeAttribute("simulation_parameters", .texts(parameters), of: "/")
    for (name, value) in said.sorted(by: { $0.key < $1.key }) { try file.writeAttribute(name, value) }
    try file.createGroup("dimensions")
    try file.writeAttribute("spatial_dims", .texts(axes), of: "dimensions")
    try list("dimensions/time", description.times)
    for axis in description.axes {
      try list("dimensions/\(axis.name)", axis.coordinates)
      try file.writeAttribute("time_varying", .truth(false), of: "dimensions/\(axis.name)")
    }
    try writeBoundaries()
    try file.createGroup("scalars")
    try file.writeAttribute("field_names", .texts(description.scalars.map(\.name)), of: "scalars")
    let fields = description.fields + description.constantFields
    for order in 0...2 {
      let group = "t\(order)_fields"
      try file.createGroup(group)
      try file.writeAttribute(
        "field_names", .texts(fields.filter { $0.order == order }.map(\.name)), of: group)
    }
  }

  private func writeBoundaries() throws(HDF5Error) {
    try file.createGroup("boundary_conditions")
    for axis in description.axes {
      let type = axis.isPeriodic == true ? "PERIODIC" : "OPEN"
      let path = "boundary_conditions/\(axis.name)_\(type.lowercased())"
      try file.createGroup(path)
      try file.writeAttribute("associated_dims", .texts([axis.name]), of: path)
      try file.writeAttribute("associated_fields", .texts([]), of: path)
      try file.writeAttribute("bc_type", .text(type), of: path)
      try file.writeAttribute("sample_varying", .truth(false), of: path)
      try file.writeAttribute("time_varying", .truth(false), of: path)
      let count = axis.coordinates.count
      try file.writeTruths("\(path)/mask", (0..<count).map { $0 == 0 || $0 == count - 1 })
    }
  }

  private func list(_ path: String, _ values: [Double]) throws(HDF5Error) {
    try file.writeList(path, values)
    try file.writeAttribute("sample_varying", .truth(false), of: path)
  }
}
