import ArrayFiles
import HDF5
import SystemFiles
import TensorCore

/// A data set as the user selects it: some of its variables, some of them as inputs that a model sees and does not predict,
/// beside them other arrays of the file and its parameters.
struct SelectedDataSet: FieldDataSet {
  /// Where a variable's values come from.
  private enum Source {
    /// A variable of the data set.
    case variable(Int)
    /// The first frame of a variable.
    case firstFrame(Int)
    /// Another array of the file.
    case array(ArrayDataSet)
    /// The same number everywhere.
    case number(Double)
  }

  /// The data set that is chosen from.
  let base: any FieldDataSet
  private let sources: [Source]
  let variables: [FieldVariable]
  let notes: [String]
  let interpretation: [String]

  var path: String { base.path }
  var layout: String { base.layout }
  var axes: [FieldAxis] { base.axes }
  var times: [Double] { base.times }
  var frameNames: [String]? { base.frameNames }
  var samples: Int { base.samples }
  var splits: SampleSplit? { base.splits }
  var attributes: [String: AttributeValue] { base.attributes }

  /// A data set as it is wanted; the same where nothing is chosen.
  ///
  /// - Parameters:
  ///   - selection: What is wanted.
  ///   - base: The data set.
  ///   - arrays: The arrays of its file.
  /// - Returns: The data set.
  /// - Throws: ``DataFileError/unclear(file:_:)`` for a name that is nothing's.
  static func select(
    _ selection: FieldSelection, of base: any FieldDataSet, _ arrays: @autoclosure () throws -> NamedArrays
  ) throws -> any FieldDataSet {
    if let names = base.frameNames {
      // Quantities without times are in order already; all of them are read.
      for name in (selection.inputs ?? []) + selection.targets where !names.contains(name) {
        throw unknown(name, option: selection.targets.contains(name) ? "targets" : "inputs", base, names)
      }
      return base
    }
    let known = base.variableNames
    guard
      selection.inputs != nil || !selection.targets.isEmpty
        || selection.variables.contains(where: known.contains) && Set(selection.variables) != Set(known)
    else { return base }
    return try SelectedDataSet(selection, base, arrays)
  }

  private init(
    _ selection: FieldSelection, _ base: any FieldDataSet, _ arrays: () throws -> NamedArrays
  ) throws {
    let known = base.variableNames
    /// The variables of a name, or those that are its components.
    func places(_ name: String) -> [Int] {
      if let place = known.firstIndex(of: name) { return [place] }
      return known.indices.filter { known[$0].hasPrefix("\(name)_") }
    }
    for (option, names) in [
      ("variables", selection.variables), ("inputs", selection.inputs ?? []), ("targets", selection.targets),
    ] {
      var named: Set<Int> = []
      if let place = names.flatMap(places).first(where: { !named.insert($0).inserted }) {
        throw DataFileError.unclear(
          file: base.path, "\(option: option) names '\(known[place])' twice; name it once")
      }
    }
    let chosen = (selection.variables + (selection.inputs ?? [])).flatMap(places)
    let kept = selection.variables.flatMap(places).isEmpty ? Array(known.indices) : chosen
    let inputs = selection.inputs ?? kept.filter { base.variables[$0].role == .constant }.map { known[$0] }
    let inputPlaces = Set(inputs.flatMap(places))
    var result: [(FieldVariable, Source)] = []
    if selection.targets.isEmpty {
      for place in kept where base.variables[place].role == .state && !inputPlaces.contains(place) {
        result.append((base.variables[place], .variable(place)))
      }
    }
    for name in selection.targets {
      let places = places(name).filter { base.variables[$0].role == .state }
      guard !places.isEmpty else {
        throw Self.unknown(name, option: "targets", base, base.states.map { known[$0] })
      }
      if let place = places.first(where: inputPlaces.contains) {
        throw DataFileError.unclear(
          file: base.path,
          "'\(known[place])' cannot be both among \(option: "inputs") and among \(option: "targets")")
      }
      for place in places { result.append((base.variables[place], .variable(place))) }
    }
    guard !result.isEmpty else {
      throw DataFileError.unclear(
        file: base.path,
        "all variables (\(known.joined(separator: ", "))) are inputs, and none is left to predict; take fewer \(option: "inputs")"
      )
    }
    let used = Set(result.map(\.0.name))
    var interpretation = base.interpretation
    let left = base.states.filter { !used.contains(known[$0]) && !inputPlaces.contains($0) }.map { known[$0] }
    for name in inputs {
      let own = places(name)
      if !own.isEmpty {
        for place in own {
          let variable = base.variables[place]
          result.append(
            (
              FieldVariable(variable.name, unit: variable.unit, role: .constant),
              variable.role == .state ? .firstFrame(place) : .variable(place)
            ))
        }
      } else if let (array, among) = try arrays().found(name) {
        let reading = try InputReading(of: array, in: among, like: base)
        interpretation.append("The input \(array.words) is \(reading.words).")
        for one in Self.constants(array, named: name, reading) {
          let own = ArrayDataSet(
            file: among.file, layout: base.layout, stored: [one], axes: base.axes, times: [0],
            samples: base.samples)
          result.append((one.variable, .array(own)))
        }
      } else if let number = base.parameters[name] {
        result.append((FieldVariable(name, role: .constant), .number(number)))
      } else {
        throw Self.unknown(
          name, option: "inputs", base,
          known + (try arrays().names) + base.parameters.keys.sorted())
      }
    }
    self.base = base
    sources = result.map(\.1)
    variables = result.map(\.0)
    self.interpretation = interpretation
    notes =
      base.notes + (left.isEmpty ? [] : ["Neither predicted nor seen: \(left.joined(separator: ", "))."])
  }

  private static func unknown(
    _ name: String, option: String, _ base: any FieldDataSet, _ known: [String]
  ) -> DataFileError {
    var names: [String] = []
    for name in known where !names.contains(name) && !name.isEmpty { names.append(name) }
    return .unclear(
      file: base.path,
      "\(option: option) names '\(name)', and there is none; there are \(names.listed)")
  }

  /// The variables of an array that has no axis of time.
  private static func constants(
    _ array: StoredArray, named name: String, _ reading: InputReading
  ) -> [StoredVariable] {
    (0..<reading.components).map { component in
      StoredVariable(
        variable: FieldVariable(
          reading.components == 1 ? name : "\(name)_\(component)", role: .constant),
        sources: [FieldSource(array: array, axes: reading.axes, component: component)])
    }
  }

  func read(_ slab: FieldSlab, into target: inout MutableSpan<Float>) throws {
    var own: [Int] = []
    for place in slab.variables {
      if case .variable(let variable) = sources[place] { own.append(variable) }
    }
    if own.count == slab.variables.count {
      let part = FieldSlab(
        sample: slab.sample, variables: own, frames: slab.frames, pointStride: slab.pointStride)
      return try base.read(part, into: &target)
    }
    let kept = slab.points(of: spatialShape).reduce(1, *)
    for (index, place) in slab.variables.enumerated() {
      let (frames, values) = try self.values(of: sources[place], slab, points: kept)
      for frame in slab.frames.indices {
        let start = (frame * slab.variables.count + index) * kept
        let from = frames == 1 ? 0 : frame * kept
        for point in 0..<kept { target[start + point] = values[from + point] }
      }
    }
  }

  /// The values of one variable: of every frame of a slab, or one frame that stands for all.
  private func values(
    of source: Source, _ slab: FieldSlab, points: Int
  ) throws -> (frames: Int, values: [Float]) {
    func read(_ data: any FieldDataSet, _ variable: Int, _ frames: [Int]) throws -> (Int, [Float]) {
      var values = [Float](repeating: 0, count: points * frames.count)
      var span = values.mutableSpan
      try data.read(
        FieldSlab(
          sample: slab.sample, variables: [variable], frames: frames, pointStride: slab.pointStride),
        into: &span)
      return (frames.count, values)
    }
    return switch source {
    case .variable(let variable): try read(base, variable, slab.frames)
    case .firstFrame(let variable): try read(base, variable, [0])
    case .array(let array): try read(array, 0, [0])
    case .number(let number): (1, [Float](repeating: Float(number), count: points))
    }
  }

  /// Where a variable is that is read from a file, and not a number.
  func source(of variable: Int) -> (data: any FieldDataSet, variable: Int)? {
    switch sources[variable] {
    case .variable(let variable), .firstFrame(let variable): return (base, variable)
    case .array(let array): return (array, 0)
    case .number: return nil
    }
  }

  /// What is stored of a variable at a sample, frame and point, where it is infinite as a 32-bit float.
  func number(_ variable: Int, at position: [Int]) throws -> StoredNumber {
    let first = [position[0], 0] + position[2...]
    return switch sources[variable] {
    case .variable(let variable): try base.storedNumber(variable, at: position)
    case .firstFrame(let variable): try base.storedNumber(variable, at: first)
    case .array(let array): try array.number(0, at: first)
    case .number(let number): StoredNumber(number)
    }
  }
}
