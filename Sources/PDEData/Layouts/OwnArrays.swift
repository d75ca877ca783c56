import ArrayFiles
import HDF5
import SystemFiles

/// Arrays of any names: those of one shape are variables. Coordinates tell what their axes are, or the user does.
enum OwnArrays {
  /// The fields in a file of arrays.
  ///
  /// - Parameters:
  ///   - arrays: The arrays.
  ///   - selection: Which of them are variables, and what their axes are, as far as the user or a layout says so.
  ///   - giver: Who or what has said what the axes are, in words.
  /// - Returns: The data set. Arrays that ``FieldSelection/inputs`` names are not among its variables.
  /// - Throws: ``DataFileError/unclear(file:_:)`` where something is to be said.
  static func open(
    _ arrays: NamedArrays, _ selection: FieldSelection, axesBy giver: String = "the given letters"
  ) throws -> ArrayDataSet {
    // PyTorch's checkpoints have such names, and weights have axes neither of samples nor of space.
    if selection.axes.isEmpty, arrays.file.arrays.contains(where: { $0.name.contains("state_dict.") }) {
      throw DataFileError.unclear(
        file: arrays.path,
        "it holds the weights of a model, expected fields; weights are read by \(option: "checkpoint")")
    }
    let chosen = try chosen(arrays, selection)
    let array = chosen.arrays[0]
    let reading = try AxisReading(of: array, in: arrays, words: selection.axes, by: giver)
    let axes = reading.axes
    guard let bytes = ArraySize.bytes(of: array.shape, element: 4), bytes > 0 else {
      throw DataFileError.empty(dataSet: array.name, file: arrays.path, shape: array.shape)
    }
    func extent(_ axis: ArrayAxis) -> Int? { axes.firstIndex(of: axis).map { array.shape[$0] } }
    var notes = arrays.notes
    let space = try ArrayAxis.space.filter(axes.contains).map { axis in
      try Self.axis(axis, points: extent(axis) ?? 0, arrays, &notes)
    }
    let sources = sources(chosen, axes: axes, arrays)
    let unused = unused(arrays, beside: chosen.arrays, selection)
    if !unused.isEmpty { notes.append("Not used: \(unused).") }
    let skipped = arrays.file.skipped.map { "'\($0.name)', \($0.kind)" }
    if !skipped.isEmpty {
      let isComplex = arrays.file.skipped.contains { $0.kind.contains("complex") }
      let advice = isComplex ? "; write the real and imaginary parts of complex numbers as two arrays" : ""
      notes.append("Not read: \(skipped.listed)\(advice).")
    }
    let name = "\(array.name.isEmpty ? "The array" : "'\(array.name)'")"
    var interpretation = [
      "\(chosen.arrays.count > 1 ? "Each variable" : name) \(array.shape) is taken as \(ArrayAxis.letters(axes)) (\(ArrayAxis.words(axes))), by \(reading.reason)."
    ]
    let stored: [StoredVariable]
    let times: [Double]
    var frameNames: [String]?
    if let frames = extent(.time) {
      stored = sources.map { StoredVariable(variable: FieldVariable($0.name), sources: [$0.source]) }
      times = try Self.times(frames, arrays, &notes)
    } else if let last = Self.inOrder(sources, selection).last {
      // Without times, arrays are quantities that belong together, each a frame after the one that it follows from.
      let sources = Self.inOrder(sources, selection)
      stored = [StoredVariable(variable: FieldVariable(last.name), sources: sources.map(\.source))]
      times = sources.indices.map(Double.init)
      frameNames = sources.count > 1 ? sources.map(\.name) : nil
      interpretation.append(
        "There is no axis of time: \(sources.map(\.name).joined(separator: ", ")) are taken for the frames of one variable, the later ones to be predicted."
      )
    } else {
      (stored, times) = ([], [])
    }
    return ArrayDataSet(
      file: arrays.file, layout: "fields in \(arrays.file.format)", stored: stored,
      axes: space.map {
        FieldAxis(
          $0.name, coordinates: $0.coordinates, isPeriodic: DomainEnds.arePeriodic(arrays.attributes),
          isAssumed: $0.isAssumed)
      }, times: times, frameNames: frameNames, samples: extent(.sample) ?? 1,
      attributes: arrays.attributes, notes: notes, interpretation: interpretation)
  }

  /// Quantities that belong together: inputs first, targets last.
  private static func inOrder(
    _ sources: [(name: String, source: FieldSource)], _ selection: FieldSelection
  ) -> [(name: String, source: FieldSource)] {
    let inputs = selection.inputs ?? []
    func rank(_ name: String) -> Int { inputs.contains(name) ? 0 : selection.targets.contains(name) ? 2 : 1 }
    return sources.enumerated().sorted {
      (rank($0.element.name), $0.offset) < (rank($1.element.name), $1.offset)
    }
    .map(\.element)
  }

  // MARK: Which arrays

  /// The arrays of the variables, of one shape, and the names of the entries of their axis of variables, if given.
  private static func chosen(
    _ arrays: NamedArrays, _ selection: FieldSelection
  ) throws -> (arrays: [StoredArray], components: [String]) {
    let fields = arrays.file.arrays.filter {
      $0.shape.count > 1 && $0.listLength == nil && !arrays.perSample.contains($0.name)
    }
    guard !selection.variables.isEmpty else {
      let inputs = Set((selection.inputs ?? []).compactMap { arrays[$0]?.name })
      let largest = fields.filter { !inputs.contains($0.name) }.max { size($0) < size($1) }
      guard let largest else { throw DataFileError.unclear(file: arrays.path, nothing(arrays)) }
      return (fields.filter { $0.shape == largest.shape }, [])
    }
    var found: [StoredArray] = []
    var missing: [String] = []
    for name in selection.variables {
      guard let array = arrays[name] else {
        missing.append(name)
        continue
      }
      guard !found.contains(array) else {
        throw DataFileError.unclear(
          file: arrays.path, "\(option: "variables") names '\(array.name)' twice; name it once")
      }
      found.append(array)
    }
    if found.isEmpty, fields.count == 1 {
      // A single array with an axis of variables, whose entries are given names.
      let axes = FieldSelection.axes(selection.axes) ?? []
      if !axes.contains(.variable), missing.count == 1 { return (fields, missing) }
      if let place = axes.firstIndex(of: .variable), place < fields[0].shape.count,
        fields[0].shape[place] == missing.count
      {
        return (fields, missing)
      }
    }
    guard missing.isEmpty else {
      throw DataFileError.unclear(
        file: arrays.path,
        """
        \(option: "variables") names '\(missing[0])', and there is no such array; it holds \(arrays.words)\
        \(arrays.complexAdvice)
        """)
    }
    if let other = found.first(where: { $0.shape != found[0].shape }) {
      throw DataFileError.unclear(
        file: arrays.path,
        """
        \(found[0].words) and \(other.words) differ in shape, and variables must not; name those of one shape by \
        \(option: "variables"), and what a model sees beside them by \(option: "inputs")
        """)
    }
    guard found[0].shape.count > 1 else { throw DataFileError.unclear(file: arrays.path, nothing(arrays)) }
    // An input that changes in time, or comes before the targets, lies beside the variables.
    let inputs = (selection.inputs ?? []).compactMap { arrays[$0] }
    return (found + inputs.filter { $0.shape == found[0].shape && !found.contains($0) }, [])
  }

  private static func size(_ array: StoredArray) -> Int {
    ArraySize.elements(of: array.shape) ?? 0
  }

  private static func nothing(_ arrays: NamedArrays) -> Message {
    """
    it holds \(arrays.words), expected fields: arrays with an axis of samples or of time and axes of space; name the arrays by \
    \(option: "variables", "u,v") and their axes by \(option: "axes", "n,t,x,y")\(arrays.complexAdvice)
    """
  }

  /// A source for every variable, with its name.
  private static func sources(
    _ chosen: (arrays: [StoredArray], components: [String]), axes: [ArrayAxis], _ arrays: NamedArrays
  ) -> [(name: String, source: FieldSource)] {
    chosen.arrays.flatMap { array in
      let name = chosen.components.count == 1 ? chosen.components[0] : arrays.variableName(of: array)
      guard let place = axes.firstIndex(of: .variable) else {
        return [(name, FieldSource(array: array, axes: axes))]
      }
      let count = array.shape[place]
      return (0..<count).map { component in
        let own = chosen.components.count == count ? chosen.components[component] : "\(name)_\(component)"
        return (count == 1 ? name : own, FieldSource(array: array, axes: axes, component: component))
      }
    }
  }

  /// The arrays that are neither variables, coordinates nor inputs, for messages; empty if there are none.
  private static func unused(
    _ arrays: NamedArrays, beside chosen: [StoredArray], _ selection: FieldSelection
  ) -> String {
    let inputs = (selection.inputs ?? []).compactMap { arrays[$0]?.name }
    let used = Set(chosen.map(\.name) + inputs + arrays.coordinates.map(\.array.name))
    return NamedArrays.list(arrays.file.arrays.filter { !used.contains($0.name) })
  }

  // MARK: Coordinates

  private static func axis(
    _ axis: ArrayAxis, points: Int, _ arrays: NamedArrays, _ notes: inout [String]
  ) throws -> (name: String, coordinates: [Double], isAssumed: Bool) {
    let name = String(axis.rawValue)
    if let coordinate = arrays.coordinates.first(where: { $0.axis == axis && $0.length == points }) {
      let values = try arrays.values(of: coordinate.array)
      let own = OrderedCoordinates.points(values, named: coordinate.array.name, &notes)
      return (name, own.values, own.isAssumed)
    }
    notes.append(
      "There is no coordinate \(name): points are taken to be the centers of \(points) equal cells of [0, 1]."
    )
    return (name, OrderedCoordinates.centers(of: points), true)
  }

  private static func times(
    _ frames: Int, _ arrays: NamedArrays, _ notes: inout [String]
  ) throws -> [Double] {
    let coordinates = arrays.coordinates.filter { $0.axis == .time }
    // PDEBench's files list one time more than there are frames.
    if let coordinate = coordinates.first(where: { $0.length == frames || $0.length == frames + 1 }) {
      let values = try arrays.values(of: coordinate.array).prefix(frames)
      return OrderedCoordinates.times(Array(values), named: coordinate.array.name, &notes)
    }
    notes.append("There is no coordinate t: times are taken to be the numbers of the frames.")
    return (0..<frames).map(Double.init)
  }
}

extension ArrayAxis {
  /// The axes in words.
  static func words(_ axes: [ArrayAxis]) -> String {
    axes.map { axis in
      switch axis {
      case .sample: "sample"
      case .time: "time"
      case .x, .y, .z: String(axis.rawValue)
      case .variable: "variable"
      }
    }.joined(separator: ", ")
  }
}
