import Autodiff
import NeuralOperators
import Options
import PDEData
import Symmetries
import SystemFiles
import TempBalance
import TensorCore

/// What a run begins with that goes on from a checkpoint: the model, its weights, and which of them are trained.
struct StartingPoint {
  /// The model, that of the checkpoint but for layers that are drawn anew.
  let model: any NeuralOperator
  /// Its weights.
  let parameters: Parameters
  /// The checkpoint's formulation; nil where the fields differ or are scaled by the new samples.
  let formulation: Formulation?
  /// The corrections that are trained instead of weights; nil to train the weights.
  let adapters: LowRankAdapters?
  /// The parameters that stay as they are.
  let frozen: Set<String>
  /// What people should know of it, a sentence each.
  let notes: [Message]

  /// The start of a run.
  ///
  /// - Parameters:
  ///   - path: The checkpoint, or of a run that is resumed, its own last one.
  ///   - configuration: The run's configuration.
  ///   - data: The data.
  ///   - plan: The formulation that the configuration asks for.
  ///   - isResumed: Whether the checkpoint is the run's own.
  /// - Throws: ``CheckpointError`` or ``ConfigurationError`` for what does not fit.
  init(
    _ path: String, _ configuration: TrainingConfiguration, for data: TrainingData, _ plan: FormulationPlan,
    isResumed: Bool
  ) throws {
    let file = Checkpoint.file(named: path)
    let checkpoint = try Self.checkpoint(file, configuration)
    let asked = configuration.fineTuning
    let difference = isResumed ? nil : checkpoint.fieldDifference(from: data.dataSet)
    if !isResumed {
      try Self.requireNoContradiction(configuration, checkpoint, sameFields: difference == nil, file)
    }
    let task = ModelTask(
      shape: data.loader.spatialShape, variables: data.loader.variables.count, initialSteps: plan.history,
      staticInputs: data.loader.inputs.count + plan.extraInputs)
    func mistake(_ reason: Message) -> CheckpointError {
      .cannotStart(file: file, data: data.dataSet.path, reason: reason)
    }
    guard checkpoint.model.dimensions == task.dimensions else {
      throw mistake(
        """
        it is for \(checkpoint.model.dimensions)D fields, and the data are \(task.dimensions)D; no layer can be taken over, so \
        give a checkpoint for \(task.dimensions)D fields
        """)
    }
    if let objection = checkpoint.objection(toPointsOf: data.loader) { throw mistake(objection) }
    // What a run has begun with is not asked about again.
    if !isResumed { try checkpoint.requireEnds(of: data.loader, file) }
    (model, parameters) = try Self.weights(
      checkpoint, for: task, resetting: isResumed ? [] : asked.reset ?? [], difference: difference,
      seed: configuration.run.seed, mistake)
    let (names, buffers) = (model.initialParameters(seed: 0), model.buffers)
    formulation =
      isResumed || (difference == nil && asked.normalization == .keep)
      ? try checkpoint.formulation.on(data.loader, symmetries: plan.symmetrization) : nil
    let weights = names.names.filter { !buffers.contains($0) }
    let reset = try weights.matching((asked.reset ?? []).filter { $0 != Self.noLayer }, of: "reset")
    // What earlier versions began goes on.
    if !isResumed { try Self.requireNoneFrozen(of: reset, weights, asked) }
    (adapters, frozen) = try Self.trained(names, buffers: buffers, reset: reset, asked)
    notes =
      isResumed
      ? [] : Self.notes(path, checkpoint, data, adapters, difference, reset: asked.reset ?? [])
  }

  /// A checkpoint, whose model is of the kind that is chosen.
  private static func checkpoint(_ file: String, _ configuration: TrainingConfiguration) throws -> Checkpoint
  {
    let chosen: any ModelDescription.Type = type(of: configuration.model.description)
    let own = configuration.kinds.models
    // One of another kind is read as well, to say which it is.
    let models = ModelRegistry(
      own.descriptions + ModelRegistry.standard.descriptions.filter { own[$0.name] == nil })
    let checkpoint = try Checkpoint(reading: file, models: models)
    if let kind = models.descriptions.first(where: { $0.init(describing: checkpoint.model) != nil }),
      kind.name != chosen.name
    {
      throw ConfigurationError.conflict(
        "\(option: "model", chosen.name) contradicts \(file), which was trained with \(kind.name); leave it out"
      )
    }
    return checkpoint
  }

  /// What takes variables of other names by their places.
  static let noLayer = "none"

  /// The model for a task and its weights: the checkpoint's, and new ones for what is reset.
  private static func weights(
    _ checkpoint: Checkpoint, for task: ModelTask, resetting patterns: [String], difference: Message?,
    seed: UInt64,
    _ mistake: (Message) -> CheckpointError
  ) throws -> (any NeuralOperator, Parameters) {
    let old = checkpoint.model
    let isSame =
      old.variables == task.variables && old.staticInputs == task.staticInputs
      && old.initialSteps == task.initialSteps
    guard let model = isSame ? old : old.adapted(to: task) else {
      throw mistake(
        """
        \(difference ?? Self.difference(old, task)), and no layer of a model of its kind can be drawn anew; give a checkpoint \
        of the same variables, inputs and frames
        """)
    }
    let new = model.initialParameters(seed: seed)
    let reset = try new.names.matching(patterns.filter { $0 != noLayer }, of: "reset")
    var needed = new.filter { $0.tensor.shape != checkpoint.parameters.tensor(named: $0.name)?.shape }.map(
      \.name)
    if needed.isEmpty, difference != nil, !patterns.contains(noLayer) { needed = ends(of: model, task) }
    if let missing = needed.first(where: { !reset.contains($0) }) {
      let byPlace: Message =
        needed.allSatisfy { new[$0].shape == checkpoint.parameters.tensor(named: $0)?.shape }
        ? "; \(option: "reset", noLayer) takes the variables by their places" : ""
      throw mistake(
        """
        \(difference ?? Self.difference(old, task)), so that \(layerName(ofParameter: missing)) does not suit them; \
        \(option: "reset", layers(of: needed).joined(separator: ",")) begins with new weights there\(byPlace)
        """)
    }
    return (
      model,
      Parameters(
        new.map { name, tensor in
          (name, reset.contains(name) ? tensor : checkpoint.parameters.tensor(named: name) ?? tensor)
        })
    )
  }

  /// The layers of parameters, each once.
  private static func layers(of parameters: [String]) -> [String] {
    parameters.map(layerName(ofParameter:)).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  /// The names of parameters; where they are all of a layer, the layer's instead.
  private static func shortNames(of parameters: [String], among all: [String]) -> [String] {
    layers(of: parameters).flatMap { layer -> [String] in
      let own = parameters.filter { layerName(ofParameter: $0) == layer }
      let isWhole = all.allSatisfy { layerName(ofParameter: $0) != layer || own.contains($0) }
      return isWhole ? [layer] : own
    }
  }

  /// Checks that no layer begins with new weights and stays with them: nothing would ever be learned there.
  private static func requireNoneFrozen(
    of reset: Set<String>, _ names: [String], _ asked: FineTuningConfiguration
  ) throws(ConfigurationError) {
    let frozen = try names.matching(asked.frozen ?? [], of: "freeze")
    let both = shortNames(of: names.filter { reset.contains($0) && frozen.contains($0) }, among: names)
    guard !both.isEmpty else { return }
    throw .conflict(
      """
      \(option: "reset") and \(option: "freeze") both name \(both.joined(separator: ", ")), which would begin with new weights and \
      never be trained; leave \(both.count == 1 ? "it" : "them") out of one of the two
      """)
  }

  /// The parameters that other variables would change.
  private static func ends(of model: any NeuralOperator, _ task: ModelTask) -> [String] {
    var larger = task
    larger.variables += 1
    let others = model.adapted(to: larger)?.initialParameters(seed: 0)
    return model.initialParameters(seed: 0).filter {
      $0.tensor.shape != others?.tensor(named: $0.name)?.shape
    }
    .map(\.name)
  }

  private static func difference(_ model: any NeuralOperator, _ task: ModelTask) -> Message {
    """
    it has \(model.variables) variables, \(model.staticInputs) inputs and sees \(model.initialSteps) frames, and here there are \
    \(task.variables), \(task.staticInputs) and \(task.initialSteps)
    """
  }

  /// Checks that nothing was asked of model and formulation that the checkpoint has otherwise.
  private static func requireNoContradiction(
    _ configuration: TrainingConfiguration, _ checkpoint: Checkpoint, sameFields: Bool, _ file: String
  ) throws(ConfigurationError) {
    let adopted = configuration.adopting(checkpoint, sameFields: sameFields)
    guard let name = configuration.differences(from: adopted).first else { return }
    func value(_ configuration: TrainingConfiguration) -> String {
      let text = configuration.ownOptions[name].first?.declaration.text(in: configuration).description ?? ""
      return text.isEmpty ? "none" : text
    }
    throw .conflict(
      """
      \(option: name, value(configuration)) contradicts \(file), which was trained with \(value(adopted)); leave it out
      """)
  }

  /// Which corrections are trained, and which parameters stay.
  private static func trained(
    _ parameters: Parameters, buffers: Set<String>, reset: Set<String>, _ asked: FineTuningConfiguration
  ) throws(ConfigurationError) -> (LowRankAdapters?, Set<String>) {
    let names = parameters.names.filter { !buffers.contains($0) }
    let given = try names.matching(asked.frozen ?? [], of: "freeze")
    guard let rank = asked.loraRank else {
      guard given.count < names.count else { throw .nothingToTrain(key: "freeze") }
      return (nil, given)
    }
    let chosen = try asked.loraLayers.map { patterns throws(ConfigurationError) in
      try names.matching(patterns, of: "lora-layers")
    }
    var adapters: [LowRankAdapter] = []
    var whole = reset
    var tooSmall: (name: String, side: Int)?
    for name in names where chosen?.contains(name) ?? true && !given.contains(name) && !reset.contains(name) {
      let shape = parameters[name].shape
      guard let form = LowRankAdapter.form(of: name, shape: shape) else { continue }
      let sides = LowRankAdapter.sides(of: shape, form)
      let side = min(sides.0, sides.1)
      if side > rank {
        adapters.append(LowRankAdapter(name, shape: shape, form: form, rank: rank))
        continue
      }
      if tooSmall.map({ side > $0.side }) ?? true { tooSmall = (name, side) }
      // A correction of full rank has more numbers than the layer itself.
      let layer = layerName(ofParameter: name)
      whole.formUnion(names.filter { layerName(ofParameter: $0) == layer })
    }
    if let tooSmall, chosen != nil || adapters.isEmpty {
      throw .rankTooLarge(rank: rank, layer: tooSmall.name, side: tooSmall.side, isNamed: chosen != nil)
    }
    guard !adapters.isEmpty else { throw .nothingToTrain(key: "lora-layers") }
    return (
      LowRankAdapters(adapters, alpha: asked.loraAlpha ?? Double(rank)),
      Set(names).subtracting(whole.subtracting(given))
    )
  }

  private static func notes(
    _ path: String, _ checkpoint: Checkpoint, _ data: TrainingData, _ adapters: LowRankAdapters?,
    _ difference: Message?, reset: [String]
  ) -> [Message] {
    let file = Checkpoint.file(named: path)
    var notes = [Checkpoint.note(onFileNamed: path)].compactMap(\.self)
    if let difference {
      let layers: Message =
        reset.contains(noLayer)
        ? "Its layers take the variables by their places" : "The layers for these start from new weights"
      notes.append("\(file): \(difference). \(layers), and the variables are scaled anew.")
    }
    if let adapters {
      let adapted = adapters.adapters.count
      notes.append(
        "LoRA corrects \(adapted) parameters; checkpoints hold the corrected weights, and the corrections beside them."
      )
    }
    if let (own, found) = checkpoint.otherInterval(of: data.loader) {
      notes.append(
        """
        The frames of \(file) were \(own.timeText) apart, these are \(found.timeText) apart: the model must learn a different time \
        step. \(option: "reduced-resolution-t") may help.
        """)
    }
    return notes
  }
}
