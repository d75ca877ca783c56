/// What of a file is read as fields, where the file leaves a choice, and what a model is to make of it.
public struct FieldSelection: Sendable, Equatable, Codable {
  /// The names of the arrays that are variables, in the order of the channels; all that are found if empty.
  public var variables: [String]
  /// What each axis of these arrays is, by a letter: n sample, t time, x, y, z space, v variable; as far as the file tells if
  /// empty.
  public var axes: [String]
  /// What a model sees and does not predict: names of variables, of other arrays, or of parameters of the file; what the
  /// layout takes for constant if nil.
  public var inputs: [String]?
  /// The variables that a model predicts; all that are no inputs if empty.
  public var targets: [String]

  /// All that is found, unless said otherwise.
  public init(
    variables: [String] = [], axes: [String] = [], inputs: [String]? = nil, targets: [String] = []
  ) {
    self.variables = variables
    self.axes = axes
    self.inputs = inputs
    self.targets = targets
  }

  /// Whether nothing is chosen.
  public var isEmpty: Bool { self == FieldSelection() }

  /// Whether a text names axes: different letters of n, t, x, y, z and v, with x among them.
  ///
  /// - Parameter words: The letters, one a word or all in one.
  /// - Returns: Whether they do.
  public static func areAxes(_ words: [String]) -> Bool { axes(words) != nil }

  static func axes(_ words: [String]) -> [ArrayAxis]? {
    let axes = words.joined().map { ArrayAxis(rawValue: $0) }
    let found = axes.compactMap(\.self)
    guard found.count == axes.count, Set(found).count == found.count else { return nil }
    let space = ArrayAxis.space.map(found.contains)
    // A field in 2D has the axes x and y, not x and z.
    return space[0] && (space[1] || !space[2]) ? found : nil
  }
}
