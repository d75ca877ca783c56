public import HDF5

/// Fields of many samples on a grid, over time: what a loader, a survey, an evaluation and a picture read.
///
/// The data sets of files come from ``DataFile``'s `open`. For fields from anywhere else, in memory or in
/// another format, conform to this protocol; every loader and trainer takes them. A data set describes itself without
/// reading a field; ``read(_:into:)`` may be called from any thread.
///
/// ```swift
/// struct Wave: FieldDataSet {
///   let path = "a traveling wave"
///   let variables: [FieldVariable] = ["u"]
///   let axes = [FieldAxis("x", coordinates: (0..<64).map { Double($0) / 64 }, isPeriodic: true)]
///   let times = (0..<21).map { Double($0) / 20 }
///   let samples = 100
///
///   func read(_ slab: FieldSlab, into target: inout MutableSpan<Float>) { … }
/// }
/// ```
public protocol FieldDataSet: Sendable {
  /// Where the fields come from, for messages: the path of a file, or words.
  var path: String { get }

  /// What the data set describes, in a few words such as "compressible flow".
  var layout: String { get }

  /// The variables, in the order in which they become channels.
  var variables: [FieldVariable] { get }

  /// The axes of space, x(, y(, z)).
  var axes: [FieldAxis] { get }

  /// The time of each frame.
  var times: [Double] { get }

  /// The names of the frames, where they are different quantities instead of one at different times; else nil.
  var frameNames: [String]? { get }

  /// The number of samples.
  var samples: Int { get }

  /// How the data set itself divides its samples; nil where it does not.
  var splits: SampleSplit? { get }

  /// Parameters and descriptions by name.
  var attributes: [String: AttributeValue] { get }

  /// How each variable is stored in a file, in the order of ``variables``; empty where there is none.
  var storage: [DataSetStorage] { get }

  /// What users should know about the data set: one sentence each.
  var notes: [String] { get }

  /// How the parts of a file are interpreted, and why, where that is not obvious: one sentence each.
  var interpretation: [String] { get }

  /// Reads a part of one sample.
  ///
  /// - Parameters:
  ///   - slab: The part.
  ///   - target: Room for the values, `[frame, variable, x(, y(, z))]` of what the slab says.
  /// - Throws: If it cannot be read.
  func read(_ slab: FieldSlab, into target: inout MutableSpan<Float>) throws
}

extension FieldDataSet {
  /// "fields".
  public var layout: String { "fields" }
  /// The frames are of different times.
  public var frameNames: [String]? { nil }
  /// Samples are not divided.
  public var splits: SampleSplit? { nil }
  /// None.
  public var attributes: [String: AttributeValue] { [:] }
  /// None.
  public var storage: [DataSetStorage] { [] }
  /// None.
  public var notes: [String] { [] }
  /// None.
  public var interpretation: [String] { [] }

  /// The names of the variables.
  public var variableNames: [String] { variables.map(\.name) }
  /// The places of the variables that a model predicts.
  public var states: [Int] { variables.indices.filter { variables[$0].role == .state } }
  /// The places of the variables that a model sees and does not predict.
  public var constants: [Int] { variables.indices.filter { variables[$0].role == .constant } }
  /// The number of frames of each sample.
  public var frames: Int { times.count }
  /// The number of axes of space.
  public var dimensions: Int { axes.count }
  /// The number of points along x(, y(, z)).
  public var spatialShape: [Int] { axes.map(\.coordinates.count) }
  /// The coordinates of the points, per axis.
  public var coordinates: [[Double]] { axes.map(\.coordinates) }
  /// The attributes that are single numbers, such as `eta`, `zeta` and `M`.
  public var parameters: [String: Double] { attributes.compactMapValues(\.number) }
}

/// A variable of a data set.
public struct FieldVariable: Sendable, Equatable {
  /// What a variable is to a model.
  public enum Role: Sendable, Equatable {
    /// It changes from frame to frame, and is predicted.
    case state
    /// It is the same in every frame, a coefficient or a mask, and is not predicted.
    case constant
  }

  /// Its name.
  public let name: String
  /// Its unit, where it is known; fields of dimensionless equations have none.
  public let unit: String?
  /// What it is to a model.
  public let role: Role

  /// A variable.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - unit: Its unit, where it is known.
  ///   - role: What it is to a model.
  public init(_ name: String, unit: String? = nil, role: Role = .state) {
    self.name = name
    self.unit = unit
    self.role = role
  }
}

extension FieldVariable: ExpressibleByStringLiteral {
  /// A state of that name, of unknown unit.
  public init(stringLiteral name: String) { self.init(name) }
}

/// An axis of space.
public struct FieldAxis: Sendable, Equatable {
  /// Its name: x, y or z.
  public let name: String
  /// The coordinates of the points.
  public let coordinates: [Double]
  /// Whether the axis is periodic; nil if that is not known.
  public let isPeriodic: Bool?
  /// Whether the coordinates are not known, and those here are assumed.
  public let isAssumed: Bool

  /// An axis.
  public init(_ name: String, coordinates: [Double], isPeriodic: Bool? = nil, isAssumed: Bool = false) {
    self.isAssumed = isAssumed
    self.name = name
    self.coordinates = coordinates
    self.isPeriodic = isPeriodic
  }
}

/// A part of one sample: some variables at some frames, at every n-th point along each axis.
public struct FieldSlab: Sendable, Equatable {
  /// The sample's place in the data set.
  public let sample: Int
  /// The variables' places among ``FieldDataSet/variables``.
  public let variables: [Int]
  /// The frames' places in the sample, evenly spaced.
  public let frames: [Int]
  /// Every n-th point is read along each axis, the first one included.
  public let pointStride: Int

  /// A part of one sample.
  ///
  /// - Precondition: The stride is positive and the frames are evenly spaced.
  public init(sample: Int, variables: [Int], frames: [Int], pointStride: Int = 1) {
    precondition(pointStride > 0, "every n-th point needs a positive n, got \(pointStride)")
    let steps = Set(zip(frames, frames.dropFirst()).map { $1 - $0 })
    precondition(
      steps.count < 2 && steps.allSatisfy { $0 > 0 }, "frames are evenly spaced, \(frames) are not")
    self.sample = sample
    self.variables = variables
    self.frames = frames
    self.pointStride = pointStride
  }

  /// The number of points along each axis that are read.
  ///
  /// - Parameter spatialShape: The number of points along each axis of the data set.
  /// - Returns: One for every n of them, rounded up.
  public func points(of spatialShape: [Int]) -> [Int] { spatialShape.map { ($0 - 1) / pointStride + 1 } }

  /// The shape of what is read: `[frame, variable, x(, y(, z))]`.
  ///
  /// - Parameter spatialShape: The number of points along each axis of the data set.
  /// - Returns: The shape.
  public func shape(of spatialShape: [Int]) -> [Int] {
    [frames.count, variables.count] + points(of: spatialShape)
  }
}
