public import HDF5

/// A summary of a data set, including its values.
public struct FileSummary: Sendable, Equatable, Codable {
  /// One variable.
  public struct Variable: Sendable, Equatable, Codable {
    /// The name of the variable.
    public let name: String
    /// Whether a model sees it and does not predict it.
    public let isInput: Bool
    /// How it is stored, for a file.
    public let storage: DataSetStorage?
    /// The smallest finite value, if there is one.
    public let minimum: Float?
    /// The largest finite value, if there is one.
    public let maximum: Float?
    /// The mean of the finite values, if there are any.
    public let mean: Double?
    /// The root of the mean squared deviation of the finite values from their mean, if there are any.
    public let standardDeviation: Double?
    /// The number of values that are NaN or infinite.
    public let notFinite: Int
    /// The place of the first such value: sample, frame, x(, y(, z)), counted from zero.
    public let firstNotFinite: [Int]?

    private enum CodingKeys: String, CodingKey {
      case name, storage, minimum
      case isInput = "input"
      case maximum, mean
      case standardDeviation = "standard_deviation"
      case notFinite = "not_finite"
      case firstNotFinite = "first_not_finite"
    }
  }

  /// One coordinate.
  public struct Coordinate: Sendable, Equatable, Codable {
    /// The axis: `x`, `y`, `z` or `t`.
    public let axis: String
    /// The number of points or frames.
    public let count: Int
    /// The first coordinate.
    public let first: Double
    /// The last coordinate.
    public let last: Double
    /// Whether the coordinates are evenly spaced, to a thousandth of the spacing.
    public let isUniform: Bool
    /// Whether the axis is periodic; nil for time, and where that is not known.
    public let isPeriodic: Bool?

    private enum CodingKeys: String, CodingKey {
      case axis, count, first, last
      case isUniform = "uniform"
      case isPeriodic = "periodic"
    }

    init(axis: String, values: [Double], isPeriodic: Bool? = nil) {
      self.axis = axis
      self.isPeriodic = isPeriodic
      count = values.count
      first = values.first ?? 0
      last = values.last ?? 0
      isUniform = values.isEvenlySpaced()
    }
  }

  /// Where the data set is.
  public let path: String
  /// What it describes.
  public let kind: String
  /// The number of samples.
  public let samples: Int
  /// The number of frames of each sample.
  public let frames: Int
  /// The number of points along x(, y(, z)).
  public let spatialShape: [Int]
  /// The coordinates of space and time.
  public let coordinates: [Coordinate]
  /// Its attributes.
  public let attributes: [String: AttributeValue]
  /// The variables, in the order of the channels.
  public let variables: [Variable]
  /// What the parts of the file are taken for.
  public let interpretation: [String]
  /// What users should know about it.
  public let notes: [String]

  private enum CodingKeys: String, CodingKey {
    case path, kind, samples, frames, coordinates, attributes, variables, interpretation, notes
    case spatialShape = "spatial_shape"
  }

  /// The number of values that are NaN or infinite, over all variables.
  public var notFinite: Int { variables.map(\.notFinite).reduce(0, +) }

  /// Reads all of a data set, a few megabytes at a time.
  ///
  /// Values are taken as 32-bit floats, as the loader takes them.
  ///
  /// - Parameters:
  ///   - data: The data set.
  ///   - progress: Called after each sample of each variable with the part that is done, up to 1.
  /// - Throws: If the data set cannot be read. Values that are not finite are counted, not thrown.
  public init(of data: any FieldDataSet, progress: (_ done: Double) -> Void = { _ in }) throws {
    path = data.path
    kind = data.layout
    samples = data.samples
    frames = data.frames
    spatialShape = data.spatialShape
    attributes = data.attributes
    var notes = data.notes
    interpretation = data.interpretation
    coordinates =
      data.axes.map { Coordinate(axis: $0.name, values: $0.coordinates, isPeriodic: $0.isPeriodic) }
      + [Coordinate(axis: "t", values: data.times)]

    var variables: [Variable] = []
    for index in data.variables.indices {
      var survey = FieldSurvey()
      for sample in 0..<data.samples {
        try survey.add(sample: sample, variable: index, of: data)
        progress(Double(index * data.samples + sample + 1) / Double(data.variables.count * data.samples))
      }
      let variable = survey.variable(
        data.variables[index], storage: data.storage.isEmpty ? nil : data.storage[index])
      if let note = try Self.note(on: variable, index, of: data) { notes.append(note) }
      if let mean = variable.mean, let deviation = variable.standardDeviation,
        let note = data.roundingNote(index, mean: mean, deviation: deviation)
      {
        notes.append(note)
      }
      variables.append(variable)
    }
    self.variables = variables
    self.notes = notes
  }

  /// What the file has where a variable is first not finite, if it is a number; nil for anything else.
  private static func note(
    on variable: Variable, _ index: Int, of data: any FieldDataSet
  ) throws -> String? {
    guard let place = variable.firstNotFinite else { return nil }
    switch try data.storedNumber(index, at: place) {
    case .finite(let value):
      return
        "The first '\(variable.name)' that is not finite is \(value) in the file, beyond single precision (3.4e38), in which numbers are computed; scale the variable."
    case .missing(let value):
      return
        "The first '\(variable.name)' that is not finite is \(value) in the file, which stands for no value (by '_FillValue' or 'missing_value'); fill these places in before training."
    case .notFinite, .unknown: return nil
    }
  }
}
