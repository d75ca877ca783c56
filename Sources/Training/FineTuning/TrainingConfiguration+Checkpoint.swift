import NeuralOperators
import Options
import PDEData
import Symmetries
import SystemFiles

extension Checkpoint {
  /// In which way the fields of a data set are others than those that the model was trained on, as a clause; nil if they are the
  /// same as far as is known.
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

extension TrainingConfiguration {
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
  ///   - kinds: The models that the checkpoint can be of.
  /// - Returns: The settings, for the user's own to be put on top; these settings themselves where there is no checkpoint.
  /// - Throws: If the checkpoint or the data cannot be read.
  public func startingFromCheckpoint(
    of choice: TrainingConfiguration, kinds: TrainingKinds = .standard
  ) throws -> TrainingConfiguration {
    guard let path = choice.fineTuning.checkpoint else { return self }
    try choice.validate()
    let checkpoint = try Checkpoint(reading: StartingPoint.file(path), models: kinds.models)
    var result = self
    let description = kinds.models.descriptions.lazy.compactMap { kind -> (any ModelDescription)? in
      kind.init(describing: checkpoint.model)
    }.first
    if let description {
      result.model.description = description
    }
    return result.adopting(
      checkpoint, sameFields: try checkpoint.fieldDifference(from: choice.data.open()) == nil)
  }
}
