import NeuralOperators
import Options
import PDEData
import Safetensors
import Symmetries
import SystemFiles

extension Checkpoint {
  /// How the fields of a data set differ from those the model was trained on, as a clause; nil if they are the same as far as is
  /// known.
  func fieldDifference(from data: any FieldDataSet) -> Message? {
    let states = data.states.map { data.variables[$0].name }
    if let own = statistics?.variables ?? formulation.normalization.statistics?.variables, own != states {
      return
        "it predicts \(own.joined(separator: ", ")), and the data have \(states.joined(separator: ", "))"
    }
    guard model.variables == states.count else {
      return "it predicts \(model.variables) variables, and the data have \(states.joined(separator: ", "))"
    }
    let inputs = data.constants.map { data.variables[$0].name }
    let count = model.staticInputs - formulation.extraInputs
    let known = formulation.normalization.inputs?.variables
    guard count != inputs.count || known.map({ $0 != inputs }) ?? false else { return nil }
    let own = known?.joined(separator: ", ") ?? "\(count)"
    return
      "it sees \(own) as inputs, and the data have \(inputs.isEmpty ? "none" : inputs.joined(separator: ", "))"
  }
}

extension DataConfiguration {
  /// The same data, read as those of a checkpoint were where nothing else is said of them and they can be.
  fileprivate func reading(_ usual: FieldSelection) -> DataConfiguration {
    guard !usual.isEmpty, !paths.names.isEmpty else { return self }
    var selection = self.selection
    if variables == nil { selection.variables = usual.variables }
    if axes == nil { selection.axes = usual.axes }
    if inputs == nil { selection.inputs = usual.inputs }
    if targets == nil { selection.targets = usual.targets }
    var result = self
    result.read(selection)
    // Other files may have none of these names, and need no such letters.
    return (try? result.openSets()) == nil ? self : result
  }

  /// Says what is read of the files.
  fileprivate mutating func read(_ selection: FieldSelection) {
    func list(_ words: [String]) -> [String]? { words.isEmpty ? nil : words }
    (variables, axes) = (list(selection.variables), list(selection.axes))
    (inputs, targets) = (selection.inputs, list(selection.targets))
  }
}

extension TrainingConfiguration {
  /// This choice, with its data read as those of the checkpoint were that it starts from, where it says nothing else of them and they
  /// can be, and with rollouts from as many frames: what a recipe should look at.
  ///
  /// - Parameters:
  ///   - givesInitialSteps: Whether the user has chosen how many frames a rollout starts from, even if it is the usual number; if nil,
  ///     whether it is another.
  ///   - kinds: The models that the checkpoint can be of.
  /// - Returns: The choice; itself where there is no checkpoint.
  /// - Throws: If the checkpoint cannot be read.
  public func readingAsCheckpoint(
    givesInitialSteps: Bool? = nil, kinds: TrainingKinds = .standard
  ) throws -> TrainingConfiguration {
    guard let path = fineTuning.checkpoint else { return self }
    let file = try WeightFile(reading: Checkpoint.file(named: path))
    var result = self
    result.data = data.reading(Checkpoint.selection(of: file))
    let isGiven = givesInitialSteps ?? (model.initialSteps != defaults.model.initialSteps)
    if !isGiven { result.model.initialSteps = try Checkpoint.initialSteps(in: file, models: kinds.models) }
    return result
  }

  /// The settings with the model and the formulation of a checkpoint.
  ///
  /// - Parameters:
  ///   - checkpoint: The checkpoint.
  ///   - sameFields: Whether the data have its variables and inputs; otherwise only the model is taken.
  /// - Returns: The settings.
  func adopting(_ checkpoint: Checkpoint, sameFields: Bool) -> TrainingConfiguration {
    var result = self
    if let description = type(of: model.description).init(describing: checkpoint.model) {
      result.model.description = description
    }
    guard sameFields else { return result }
    let own = checkpoint.formulation
    result.model.initialSteps = own.initialSteps
    result.formulation.history =
      checkpoint.model.initialSteps == own.initialSteps ? nil : checkpoint.model.initialSteps
    result.formulation.predict = own.increments == nil ? .state : .increment
    result.formulation.periodic = checkpoint.model.reliesOnPeriodicFields ? .yes : .no
    result.formulation.canonical = own.canonical.map { KnownChoice.list($0.parts) } ?? KnownChoice.none
    result.formulation.conserve = own.conservation.map { KnownChoice.list($0.quantities) } ?? KnownChoice.none
    result.data.normalize = own.normalization.statistics == nil ? .none : .standard
    return result
  }

  /// These settings with the model and the formulation of the checkpoint that a user's choice starts from.
  ///
  /// - Parameters:
  ///   - choice: The user's choice, with the data and the checkpoint.
  ///   - givesInitialSteps: Whether the user has chosen how many frames a rollout starts from, even if it is the usual number; if nil,
  ///     whether it is another.
  ///   - kinds: The models that the checkpoint can be of.
  /// - Returns: The settings, for the user's own to be put on top; these settings themselves where there is no checkpoint.
  /// - Throws: If the checkpoint or the data cannot be read.
  public func startingFromCheckpoint(
    of choice: TrainingConfiguration, givesInitialSteps: Bool? = nil, kinds: TrainingKinds = .standard
  ) throws -> TrainingConfiguration {
    guard let path = choice.fineTuning.checkpoint else { return self }
    let choice = try choice.readingAsCheckpoint(givesInitialSteps: givesInitialSteps, kinds: kinds)
    try choice.validate()
    let file = Checkpoint.file(named: path)
    let checkpoint = try Checkpoint(reading: file, models: kinds.models)
    var result = self
    result.data.read(choice.data.selection)
    result.model.initialSteps = choice.model.initialSteps
    let description = kinds.models.descriptions.lazy.compactMap { kind -> (any ModelDescription)? in
      kind.init(describing: checkpoint.model)
    }.first
    if let description {
      result.model.description = description
    }
    let sets = try choice.data.openSets()
    result = result.adopting(checkpoint, sameFields: checkpoint.fieldDifference(from: sets[0]) == nil)
    // The model brings with it what it relies on, which nobody has asked for here.
    for set in sets {
      try checkpoint.requireEnds(
        of: BatchLoader(set, subsampling: choice.data.subsampling, cacheMemory: 0), file)
    }
    if result.loss.window != nil, result.formulation.canonical.resolved([]).contains(.galilean),
      try !TrainingData(choice).loader.hasEvenTimes
    {
      // The checkpoint's model needs the moving frame, which windows of uneven frames cannot have.
      result.loss.window = nil
    }
    return result
  }
}
