import HDF5

/// A kind of file that PDEBench publishes: how to recognize it, what it describes, and which data sets hold its frames.
///
/// The kinds stand in `Layouts`, a file each.
public struct PDEBenchKind: Sendable {
  /// All kinds, in the order in which a file is compared with them.
  public static let all: [PDEBenchKind] = [.compressibleFlow, .incompressibleFlow, .darcyFlow, .singleField]

  /// Where the times of the frames are.
  enum Times {
    /// In `t-coordinate`, one entry for each frame and perhaps one more.
    case ofFile
    /// In `t`, `[sample, time]`, or, where there is none, as ``ofFile``.
    case ofSamples
    /// Nowhere: the frames are quantities of these names that belong together.
    case none(frameNames: [String])
  }

  /// What a file of this kind describes, in a few words.
  public let name: String
  /// What a file of this kind holds, to complete the sentence "expected …".
  package let expectation: String
  /// Whether a file that holds these names is of this kind.
  let isNamed: @Sendable (_ names: Set<String>) -> Bool
  /// The variables in a number of dimensions, in the order of the channels.
  let variableNames: @Sendable (_ dimensions: Int) -> [String]
  /// The data sets of which the first one that is there has the shape that the others must fit.
  let leading: [String]
  /// The shape of that data set, in words.
  let leadingShape: String
  /// `[sample, time, x(, y(, z))]` from the shape of that data set; nil if it is no shape of this kind.
  let shape: @Sendable (_ leading: [Int]) -> [Int]?
  /// The data sets that hold the frames, in the order of their variables.
  let fields: @Sendable (_ variables: [String], _ frames: Int) -> [StoredField]
  /// Where the times are.
  var times = Times.ofFile
  /// What may be stored beside the frames, once a sample.
  var extras: [String] = []

  /// The names of the variables, in the order in which they become channels.
  ///
  /// - Parameter dimensions: The number of spatial axes, 1 to 3.
  /// - Returns: The names.
  public func variables(dimensions: Int) -> [String] { variableNames(dimensions) }
}

extension PDEBenchKind: Equatable {
  /// Kinds are equal if their names are.
  public static func == (left: PDEBenchKind, right: PDEBenchKind) -> Bool { left.name == right.name }
}

extension PDEBenchKind: FieldLayout {
  /// Their order is the kind's.
  package var takesAxes: Bool { false }

  package func isFound(in contents: FileContents) -> Bool { isNamed(Set(contents.names)) }

  package func open(_ contents: FileContents) throws(DataFileError) -> any FieldDataSet {
    try PDEBenchFile(contents, kind: self)
  }
}
