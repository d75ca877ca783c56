import MessagePassing
import PDEData
import Symmetries
import SystemFiles

extension TrainingData {
  /// The data set of a configuration; of a mixture the first.
  package init(_ configuration: TrainingConfiguration) throws {
    try self.init(configuration.data.open(), configuration)
  }

  private init(_ dataSet: any FieldDataSet, _ configuration: TrainingConfiguration) throws {
    let memory =
      configuration.data.cacheMemory.map { $0 << 20 } ?? SystemMemory.bytes
      / (4 * max(Launch.ranksOnMachine, 1))
    try self.init(
      dataSet, subsampling: configuration.data.subsampling,
      initialSteps: configuration.model.initialSteps,
      // It is for all sets of a mixture.
      cacheMemory: memory / max(configuration.data.weights?.count ?? 1, 1))
    selection = configuration.data.selection
  }

  /// The data sets of a configuration: those of a mixture, or the one.
  ///
  /// - Parameter configuration: The configuration.
  /// - Returns: The data sets.
  /// - Throws: ``ConfigurationError`` where the sets of a mixture do not go together, or what opening them throws.
  static func sets(of configuration: TrainingConfiguration) throws -> [TrainingData] {
    let sets = try configuration.data.openSets()
    for set in sets.dropFirst() {
      guard set.dimensions == sets[0].dimensions else {
        throw ConfigurationError.doesNotFit(
          """
          \(set.path) has \(set.dimensions) axes and \(sets[0].path) \(sets[0].dimensions), and one model is for one number of axes; \
          leave one of them out
          """)
      }
      guard set.frameNames == nil, sets[0].frameNames == nil else {
        throw ConfigurationError.doesNotFit(
          "\(set.path) and \(sets[0].path) are no mixture, as frames of one are different quantities; leave out \(option: "weights")"
        )
      }
    }
    return try sets.map { try TrainingData($0, configuration) }
  }

  /// Of each variable, whether the data set of a mixture has it; nil for all.
  var present: [Bool]? {
    (dataSet as? UnifiedDataSet).flatMap { $0.present.contains(false) ? $0.present : nil }
  }
}

extension [TrainingData] {
  /// The place of the first set that has it, for each variable; nil where the first set has all.
  var owners: [Int]? {
    first?.present?.indices.map { variable in
      firstIndex { $0.present?[variable] ?? true } ?? 0
    }
  }

  /// Gives the statistics of the first set, which checkpoints keep, those of the variables that it lacks: a checkpoint is used on the other
  /// sets, too. Training on the first set itself scales nothing by them.
  mutating func completeStatistics() {
    let all = compactMap(\.statistics)
    guard let owners, all.count == count else { return }
    let sources = owners.enumerated().map { (variable: $0, of: all[$1]) }
    let minimum = sources.compactMap { $0.of.minimum?[$0.variable] }
    let maximum = sources.compactMap { $0.of.maximum?[$0.variable] }
    self[0].statistics = VariableStatistics(
      variables: all[0].variables, mean: sources.map { $0.of.mean[$0.variable] },
      standardDeviation: sources.map { $0.of.standardDeviation[$0.variable] },
      range: minimum.count == owners.count && maximum.count == owners.count
        ? (minimum: minimum, maximum: maximum) : nil)
  }

  /// The statistics of the inputs of each set: those of all sets that have an input together, so that a parameter that is the same
  /// throughout a set tells the sets apart; an input that a set lacks stays zero.
  mutating func shareInputStatistics() {
    guard count > 1, let names = self[0].inputStatistics?.variables else { return }
    let sets = map {
      ($0.inputStatistics, ($0.dataSet as? UnifiedDataSet)?.presentConstants ?? names.map { _ in true })
    }
    var (means, deviations) = ([Double](), [Double]())
    for place in names.indices {
      let own = sets.compactMap { statistics, present in
        present[place] ? statistics.map { ($0.mean[place], $0.standardDeviation[place]) } : nil
      }
      let share = 1 / Double(Swift.max(own.count, 1))
      let mean = own.reduce(0) { $0 + $1.0 * share }
      means.append(mean)
      deviations.append(
        own.reduce(0) { $0 + ($1.1 * $1.1 + ($1.0 - mean) * ($1.0 - mean)) * share }.squareRoot())
    }
    for index in indices {
      let present = sets[index].1
      self[index].inputStatistics = VariableStatistics(
        variables: names, mean: names.indices.map { present[$0] ? means[$0] : 0 },
        standardDeviation: names.indices.map { present[$0] ? deviations[$0] : 0 })
    }
  }
}
