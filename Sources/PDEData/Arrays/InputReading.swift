import ArrayFiles
import SystemFiles

/// What the axes of an array beside the fields are that a model is to see: one value, or several, a sample, a point, or both.
struct InputReading {
  /// The axes in the order of the array; of several components the last is that of variables.
  let axes: [ArrayAxis]
  /// The number of components.
  var components = 1

  /// Tells the axes by their extents, and by the names of the dimensions where there are as many samples as points.
  ///
  /// - Parameters:
  ///   - array: The array.
  ///   - arrays: The arrays of its file.
  ///   - base: The fields that it belongs to.
  /// - Throws: ``DataFileError/unclear(file:_:)`` where no reading fits, or two do.
  init(of array: StoredArray, in arrays: NamedArrays, like base: any FieldDataSet) throws {
    let found = Self.fitting(array, arrays, base)
    guard let first = found.first else {
      let (samples, extents) = (base.samples, base.spatialShape)
      throw DataFileError.unclear(
        file: base.path,
        """
        \(array.words) cannot be among \(option: "inputs"): expected one value a sample or point, [\(samples)], \(extents) or \
        \([samples] + extents), perhaps with an axis of components behind
        """)
    }
    // An array with all axes leaves no doubt.
    let rival = found.first { reading in
      reading.axes.contains(.sample) != first.axes.contains(.sample)
        && reading.axes.contains { $0 != .variable }
    }
    guard let other = rival, !first.hasSamplesAndPoints, base.samples > 1 else {
      self = first
      return
    }
    let names = arrays.axisNames[array.name] ?? []
    let label: String? = names.isEmpty ? nil : names[0]
    if let label, let axis = ArrayAxis(named: label),
      let named = [first, other].first(where: { $0.axes.first == axis })
    {
      self = named
      return
    }
    let shapes = [first, other].map { reading -> [Int] in
      [base.samples] + base.spatialShape + (reading.components > 1 ? [reading.components] : [])
    }
    let whole = shapes[0] == shapes[1] ? "\(shapes[0])" : "\(shapes[0]) or \(shapes[1])"
    // Other formats, and MATLAB's users of HDF5, have no names of dimensions.
    let canBeNamed = (arrays.file as? HDF5ArrayFile)?.isReversed == false
    let naming: String = canBeNamed ? ", or label its first dimension in the file, n or x" : ""
    throw DataFileError.unclear(
      file: base.path,
      """
      \(array.words) among \(option: "inputs") can be \(first.words) or \(other.words), as its first axis is as long as \
      those of samples and of x; store it with all axes, \(whole)\(naming)
      """)
  }

  private init(_ axes: [ArrayAxis], components: Int = 1) {
    self.axes = axes
    self.components = components
  }

  private var hasSamplesAndPoints: Bool { axes.contains(.sample) && axes.contains(.x) }

  /// What the array holds and the letters of its axes, as in "one value a sample (n)".
  var words: String {
    let values = components == 1 ? "one value" : "\(components) values"
    let each =
      switch (axes.contains(.sample), axes.contains(.x)) {
      case (true, true): "a sample and point"
      case (true, false): "a sample"
      case (false, true): "a point, the same in all samples"
      case (false, false): "for all samples and points"
      }
    return "\(values) \(each)" + (axes.isEmpty ? "" : " (\(ArrayAxis.letters(axes)))")
  }

  /// All readings that the extents allow, those with more axes first.
  private static func fitting(
    _ array: StoredArray, _ arrays: NamedArrays, _ base: any FieldDataSet
  ) -> [InputReading] {
    let space = Array(ArrayAxis.space.prefix(base.dimensions))
    let (shape, extents) = (array.shape, base.spatialShape)
    var forms: [[ArrayAxis]] = [[.sample] + space, space, [.sample], []]
    if arrays.startsWithSamples {
      // As many points as samples leave no doubt where a file has a group for each sample.
      let hasSamples = arrays.hasSamplesFirst(array)
      forms.removeAll { $0.contains(.sample) != hasSamples }
    }
    return forms.compactMap { form -> InputReading? in
      let expected = form.map { $0 == .sample ? base.samples : extents[$0.spacePlace ?? 0] }
      if shape == expected { return InputReading(form) }
      if form == [.sample], array.listLength == base.samples, base.samples > 1 {
        return InputReading(shape.map { $0 == base.samples ? .sample : .variable })
      }
      guard shape.count == expected.count + 1, Array(shape.dropLast()) == expected, let count = shape.last
      else { return nil }
      return InputReading(form + [.variable], components: count)
    }
  }
}
