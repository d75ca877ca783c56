import HDF5

/// How the numbers of a data set are packed, and which of them stand for no value, by its attributes.
///
/// ```
/// value = stored · scale_factor + add_offset      no value where stored = _FillValue or missing_value
/// ```
///
/// Source: the NetCDF User's Guide, *Attribute Conventions*, and the CF Conventions, *Packed Data* and *Missing Data*.
struct NumberPacking: Sendable, Equatable {
  private let scale: Double
  private let offset: Double
  /// The stored numbers that stand for no value.
  private let missing: [Double]
  /// Whether stored numbers may be rounded ones.
  private let isFloating: Bool

  /// What the attributes of a data set say; nil where its numbers are what they are.
  ///
  /// - Parameters:
  ///   - dataSet: The data set.
  ///   - file: Its file.
  ///   - type: The type of its elements, as `DataSetStorage.type` has it.
  /// - Throws: `HDF5Error` if an attribute cannot be read.
  init?(of dataSet: String, in file: HDF5File, type: String) throws(HDF5Error) {
    let names = try file.attributeNames(of: dataSet)
    func numbers(_ name: String) throws(HDF5Error) -> [Double] {
      guard names.contains(name) else { return [] }
      switch try file.attribute(name, of: dataSet) {
      case .number(let number): return [number]
      case .numbers(let numbers): return numbers
      default: return []
      }
    }
    isFloating = type.hasPrefix("float")
    let (scales, offsets) = (try numbers("scale_factor"), try numbers("add_offset"))
    // NaN is none anyway.
    missing = try (numbers("_FillValue") + numbers("missing_value")).filter { !$0.isNaN }
    scale = scales.count == 1 && scales[0].isFinite && scales[0] != 0 ? scales[0] : 1
    offset = offsets.count == 1 && offsets[0].isFinite ? offsets[0] : 0
    guard scale != 1 || offset != 0 || !missing.isEmpty else { return nil }
  }

  /// Whether a stored number stands for no value. An attribute may be in another precision than floating-point numbers; integers
  /// are what they are, and as 32-bit floats many of them are the same, as all numbers beyond these are.
  func isMissing(_ stored: Double) -> Bool {
    missing.contains {
      $0 == stored || isFloating && Float($0).isFinite && Float($0) == Float(stored)
    }
  }

  /// The number that a stored one stands for; NaN for no value.
  func unpacked(_ stored: Double) -> Double { isMissing(stored) ? .nan : value(stored) }

  /// The number that a stored one stands for where none is missing.
  func value(_ stored: Double) -> Double {
    scale == 1 && offset == 0 ? stored : stored * scale + offset
  }
}

extension HDF5DataSet {
  /// Reads the selected elements as the 32-bit floats that they stand for, in row-major order.
  ///
  /// - Parameters:
  ///   - selection: The elements.
  ///   - packing: How they are packed; nil where they are what they are, which is faster.
  ///   - target: Room for them.
  /// - Throws: `HDF5Error` if they cannot be read.
  func read(
    _ selection: Hyperslab, _ packing: NumberPacking?, into target: UnsafeMutableBufferPointer<Float>
  ) throws(HDF5Error) {
    guard let packing else { return try read(selection, into: target) }
    let stored = try doubles(selection)
    for index in stored.indices { target[index] = Float(packing.unpacked(stored[index])) }
  }

  /// All elements of a coordinate in double precision, as what they stand for: no coordinate lacks values, by the CF Conventions,
  /// and one may well be the number that stands for none elsewhere.
  func doubles(_ packing: NumberPacking?) throws(HDF5Error) -> [Double] {
    let stored = try doubles()
    guard let packing else { return stored }
    return stored.map { packing.value($0) }
  }
}
