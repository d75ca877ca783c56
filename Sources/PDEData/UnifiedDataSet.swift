public import HDF5

/// A data set under a list of variables that it shares with others: in their order, and with zeros for those that it lacks.
///
/// Sets of different variables become one mixture so. Which of the states are really there tells ``present``.
public struct UnifiedDataSet: FieldDataSet {
  /// The data set.
  public let base: any FieldDataSet
  /// The common variables.
  public let variables: [FieldVariable]
  /// The place of each variable in the data set; nil where it is not there.
  private let places: [Int?]

  /// A data set under common variables.
  ///
  /// - Parameters:
  ///   - base: The data set.
  ///   - variables: The common variables, all of the data set's among them.
  /// - Precondition: They are.
  public init(_ base: any FieldDataSet, variables: [FieldVariable]) {
    let own = base.variables
    precondition(
      own.allSatisfy { one in variables.contains { $0.name == one.name && $0.role == one.role } },
      "the variables \(base.variableNames) are not all among \(variables.map(\.name))")
    self.base = base
    self.variables = variables
    places = variables.map { one in own.firstIndex { $0.name == one.name && $0.role == one.role } }
  }

  /// The variables that several data sets have, each once: those of the first, then those that others have beside them.
  ///
  /// - Parameter sets: The data sets.
  /// - Returns: The states, then the constants.
  public static func variables(of sets: [any FieldDataSet]) -> [FieldVariable] {
    var result: [FieldVariable] = []
    for role in [FieldVariable.Role.state, .constant] {
      for variable in sets.flatMap(\.variables) where variable.role == role {
        if !result.contains(where: { $0.name == variable.name && $0.role == role }) {
          result.append(variable)
        }
      }
    }
    return result
  }

  /// Of each state, whether the data set has it.
  public var present: [Bool] { states.map { places[$0] != nil } }
  /// Of each constant, whether the data set has it.
  public var presentConstants: [Bool] { constants.map { places[$0] != nil } }

  /// Where the fields come from.
  public var path: String { base.path }
  /// What the data set describes.
  public var layout: String { base.layout }
  /// The axes of space.
  public var axes: [FieldAxis] { base.axes }
  /// The time of each frame.
  public var times: [Double] { base.times }
  /// The names of the frames, where they are different quantities.
  public var frameNames: [String]? { base.frameNames }
  /// The number of samples.
  public var samples: Int { base.samples }
  /// How the data set itself divides its samples.
  public var splits: SampleSplit? { base.splits }
  /// Parameters and descriptions by name.
  public var attributes: [String: AttributeValue] { base.attributes }
  /// What users should know about the data set.
  public var notes: [String] { base.notes }
  /// How the parts of its file are interpreted.
  public var interpretation: [String] { base.interpretation }

  /// Reads a part of one sample; zeros for what is not there.
  ///
  /// - Parameters:
  ///   - slab: The part.
  ///   - target: Room for the values.
  /// - Throws: If it cannot be read.
  public func read(_ slab: FieldSlab, into target: inout MutableSpan<Float>) throws {
    let own = slab.variables.compactMap { places[$0] }
    func part(_ variables: [Int]) -> FieldSlab {
      FieldSlab(
        sample: slab.sample, variables: variables, frames: slab.frames, pointStride: slab.pointStride)
    }
    if own.count == slab.variables.count { return try base.read(part(own), into: &target) }
    let points = slab.points(of: spatialShape).reduce(1, *)
    var values = [Float](repeating: 0, count: own.count * slab.frames.count * points)
    if !own.isEmpty {
      var span = values.mutableSpan
      try base.read(part(own), into: &span)
    }
    var next = 0
    for (index, place) in slab.variables.enumerated() {
      let isThere = places[place] != nil
      for frame in slab.frames.indices {
        let start = (frame * slab.variables.count + index) * points
        let from = (frame * own.count + next) * points
        for point in 0..<points { target[start + point] = isThere ? values[from + point] : 0 }
      }
      if isThere { next += 1 }
    }
  }

  /// The place of a variable in the data set; nil where it is not there.
  func place(of variable: Int) -> Int? { places[variable] }

  /// What is stored of a variable at a sample, frame and point, where it is infinite as a 32-bit float.
  func number(_ variable: Int, at position: [Int]) throws -> StoredNumber {
    guard let place = places[variable] else { return .notFinite }
    return try base.storedNumber(place, at: position)
  }
}
