import ArrayFiles
import SystemFiles

/// What the axes of fields are, and how that is known.
struct AxisReading {
  /// The axes.
  let axes: [ArrayAxis]
  /// What tells, to complete "… by".
  let reason: String

  /// Tells the axes of arrays of one shape.
  ///
  /// - Parameters:
  ///   - array: One of the arrays.
  ///   - arrays: The file's arrays.
  ///   - words: The letters that were given, if any.
  ///   - giver: What gave them, to complete "… by".
  /// - Throws: ``DataFileError/unclear(file:_:)`` where nothing tells.
  init(of array: StoredArray, in arrays: NamedArrays, words: [String], by giver: String) throws {
    guard words.isEmpty else {
      guard let axes = FieldSelection.axes(words) else {
        throw DataFileError.unclear(
          file: arrays.path,
          """
          \(option: "axes", words.joined(separator: ",")) does not name axes: give a letter for each, n sample, t time, x, y, z \
          space, v variable, as in \(option: "axes", "n,t,x,y")
          """)
      }
      guard axes.count == array.shape.count else {
        throw DataFileError.unclear(
          file: arrays.path,
          """
          \(array.words) has \(array.shape.count) axes, and \(option: "axes", words.joined(separator: ",")) names \
          \(axes.count); give a letter for each\(array.complexAdvice)
          """)
      }
      (self.axes, reason) = (axes, giver)
      return
    }
    var named = [ArrayAxis?](repeating: nil, count: array.shape.count)
    if let names = arrays.axisNames[array.name], names.count == array.shape.count {
      named = names.map { $0.flatMap(ArrayAxis.init(named:)) }
      let axes = named.compactMap(\.self)
      if axes.count == named.count, FieldSelection.axes(axes.map { String($0.rawValue) }) != nil {
        (self.axes, reason) = (axes, "the names of its dimensions")
        return
      }
    }
    guard
      let found = Self.found(of: array, in: arrays, named: named) ?? Self.inOwnLayout(array, arrays, named)
    else {
      throw DataFileError.unclear(file: arrays.path, Self.question(array, arrays))
    }
    self = found
  }

  private init(_ axes: [ArrayAxis], _ reason: String) {
    (self.axes, self.reason) = (axes, reason)
  }

  /// The axes where names and coordinates are those of PDEBench's layout, in which this package writes fields of any names; nil
  /// elsewhere. Such a file has one time more than frames, or no times where the frames are quantities.
  private static func inOwnLayout(
    _ array: StoredArray, _ arrays: NamedArrays, _ named: [ArrayAxis?]
  ) -> AxisReading? {
    func length(_ name: String) -> Int? { arrays.file.arrays.first { $0.name == name }?.listLength }
    let points = ArrayAxis.space.compactMap { length("\($0.rawValue)-coordinate") }
    let times = length("\(ArrayAxis.time.rawValue)-coordinate")
    let isMade = arrays.attributes[NamedArrays.sourceAttribute] != nil
    let shape = array.shape
    guard !points.isEmpty, Array(shape.suffix(points.count)) == points, times != nil || isMade,
      named.allSatisfy({ $0 == nil })
    else { return nil }
    let leading = Array(shape.dropLast(points.count))
    guard times.map({ leading.count == 2 && leading[1] == $0 - 1 }) ?? (leading.count == 1) else {
      return nil
    }
    var axes: [ArrayAxis] = times == nil ? [.sample] : [.sample, .time]
    axes += ArrayAxis.space.prefix(points.count)
    return AxisReading(axes, "the names of PDEBench's layout and its order")
  }

  /// The axes as coordinates' lengths, and arrays that lack one axis, tell them; nil where they leave a choice.
  /// Axes whose dimensions have names that say what they are stay as they are.
  private static func found(
    of array: StoredArray, in arrays: NamedArrays, named: [ArrayAxis?]
  ) -> AxisReading? {
    let shape = array.shape
    let known = named.compactMap(\.self)
    // Two dimensions of one name say something that is not understood here.
    guard Set(known).count == known.count else { return nil }
    var axes = named
    if arrays.startsWithSamples {
      guard named[0] == .sample || named[0] == nil && !known.contains(.sample) else { return nil }
      axes[0] = .sample
    }
    var telling: [String] = []
    let coordinates = arrays.coordinates
    let names = arrays.axisNames[array.name] ?? []
    for axis in [ArrayAxis.time, .sample, .variable] + ArrayAxis.space where !axes.contains(axis) {
      guard let coordinate = coordinates.first(where: { $0.axis == axis }) else { continue }
      let lengths = axis == .time ? [coordinate.length, coordinate.length - 1] : [coordinate.length]
      for length in lengths {
        let places = shape.indices.filter { axes[$0] == nil && shape[$0] == length }
        // Axes of space of the same length stand in order, unless they have names; any other choice is not ours.
        let rivals = coordinates.filter { $0.axis != axis && $0.length == length && !axes.contains($0.axis) }
        guard let place = places.first else { continue }
        let haveNames = places.contains { $0 < names.count && names[$0] != nil }
        let isInOrder = axis.spacePlace != nil && places.count <= rivals.count + 1 && !haveNames
        guard places.count == 1 || isInOrder else { return nil }
        axes[place] = axis
        telling.append(coordinate.array.name)
        break
      }
    }
    if !axes.contains(.time), let place = placeOfTime(in: array, of: arrays, axes: axes) {
      axes[place.axis] = .time
      telling.append(place.name)
    }
    return completed(axes, telling, isNamed: !known.isEmpty)
  }

  /// The axis that another array lacks and has all else the same: that of a state at one time.
  private static func placeOfTime(
    in array: StoredArray, of arrays: NamedArrays, axes: [ArrayAxis?]
  ) -> (axis: Int, name: String)? {
    for other in arrays.file.arrays where other.shape.count == array.shape.count - 1 && other.shape.count > 1
    {
      let places = array.shape.indices.dropFirst().filter { place in
        var shape = array.shape
        shape.remove(at: place)
        return shape == other.shape && axes[place] == nil
      }
      if places.count == 1 { return (places[places.startIndex], other.name) }
    }
    return nil
  }

  /// The axes with those filled in that can be nothing else.
  private static func completed(
    _ found: [ArrayAxis?], _ telling: [String], isNamed: Bool
  ) -> AxisReading? {
    var axes = found
    func open() -> [Int] { axes.indices.filter { axes[$0] == nil } }
    guard isNamed || !telling.isEmpty else { return nil }
    let lengths =
      telling.joined(separator: ", ") + (telling.count == 1 ? " and its length" : " and their lengths")
    let reason =
      !isNamed ? lengths : "the names of its dimensions" + (telling.isEmpty ? "" : ", \(lengths)")
    let hasSpace = axes.contains { $0?.spacePlace != nil }
    if hasSpace {
      // Coordinates of space are there, so what is left is no axis of space.
      var rest = open()
      if let first = rest.first, first == 0, !axes.contains(.sample) {
        axes[0] = .sample
        rest = open()
      }
      if rest.count == 1, rest[0] == axes.count - 1 { axes[rest[0]] = .variable }
    } else {
      guard axes.contains(.time) else { return nil }
      if let first = open().first, first == 0, !axes.contains(.sample) { axes[0] = .sample }
      let rest = open()
      guard (1...3).contains(rest.count) else { return nil }
      for (place, axis) in zip(rest, ArrayAxis.space) { axes[place] = axis }
    }
    let whole = axes.compactMap(\.self)
    guard whole.count == axes.count, FieldSelection.areAxes(whole.map { String($0.rawValue) }) else {
      return nil
    }
    return AxisReading(whole, reason)
  }

  private static func question(_ array: StoredArray, _ arrays: NamedArrays) -> Message {
    let hasSeveral = arrays.file.arrays.filter { $0.shape == array.shape }.count > 1
    let example =
      switch array.shape.count - (array.isComplex ? 1 : 0) {
      case 2: "n,x"
      case 3: hasSeveral ? "n,x,y" : "n,t,x"
      case 4: "n,t,x,y"
      case 5: "n,t,x,y,z"
      default: "n,t,x,y,z,v"
      }
    let asked = arrays.file.arrays.count == 1 ? "of its axes" : "axis of \(array.words)"
    let names = (arrays.axisNames[array.name] ?? []).compactMap(\.self).map { "'\($0.abridged(to: 36))'" }
    let telling =
      names.isEmpty ? "nothing tells" : "the names of its dimensions, \(names.listed), do not tell"
    return """
      it holds \(arrays.words), and \(telling) which \(asked) is which; say so by a letter for each, n sample, t time, x, y, z \
      space, v variable, as in \(option: "axes", array.isComplex ? "\(example),v" : example)\(array.complexAdvice)
      """
  }
}
