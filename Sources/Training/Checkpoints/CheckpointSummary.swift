import NeuralOperators
public import PDEData
import Symmetries

/// What a checkpoint says of itself: its model, the fields that it predicts, and the formulation that it was trained in, which
/// are what fine-tuning needs to know.
public struct CheckpointSummary: Sendable, Encodable, CustomStringConvertible {
  /// The file.
  public let path: String
  /// The model's name and extents.
  public let model: [String: String]
  /// The number of weights; a complex one counts as two.
  public let parameters: Int
  /// The number of axes of a field.
  public let dimensions: Int
  /// The variables that are predicted; nil where the file does not say.
  public let variables: [String]?
  /// The inputs that are seen beside them; nil where the file does not say.
  public let inputs: [String]?
  /// The number of frames that a rollout is given, and how many of them the model sees.
  public let initialSteps, history: Int
  /// The time between frames.
  public let frameInterval: Double?
  /// Whether the model computes what is added to the last frame.
  public let predictsIncrements: Bool
  /// The parts of the canonical form.
  public let canonical: [String]
  /// What each frame keeps of the start.
  public let conserved: [String]
  /// Whether predictions are averaged over symmetries.
  public let isSymmetrized: Bool
  /// Whether the model relies on periodic fields.
  public let reliesOnPeriodicFields: Bool
  /// The means and deviations that variables are scaled by; nil where they are not.
  public let scaling: VariableStatistics?

  private enum CodingKeys: String, CodingKey {
    case path, model, parameters, dimensions, variables, inputs, history, canonical, conserved, scaling
    case initialSteps = "initial_steps"
    case frameInterval = "frame_interval"
    case predictsIncrements = "predicts_increments"
    case isSymmetrized = "symmetrized"
    case reliesOnPeriodicFields = "relies_on_periodic_fields"
  }

  /// The summary of a checkpoint.
  ///
  /// - Parameters:
  ///   - checkpoint: The checkpoint.
  ///   - path: Its file.
  public init(of checkpoint: Checkpoint, path: String) {
    let formulation = checkpoint.formulation
    self.path = path
    model = checkpoint.model.metadata
    parameters = checkpoint.model.parameterCount
    dimensions = checkpoint.model.dimensions
    variables = checkpoint.statistics?.variables
    inputs = formulation.normalization.inputs?.variables
    initialSteps = formulation.initialSteps
    history = checkpoint.model.initialSteps
    frameInterval = checkpoint.frameInterval
    predictsIncrements = formulation.increments != nil
    canonical = formulation.canonical?.parts.map(\.rawValue) ?? []
    conserved = formulation.conservation?.quantities.map(\.rawValue) ?? []
    isSymmetrized = formulation.symmetries != nil
    reliesOnPeriodicFields = checkpoint.model.reliesOnPeriodicFields
    scaling = formulation.normalization.statistics
  }

  /// The summary as a few lines of aligned text.
  public var description: String {
    let extents = model.filter { $0.key != "model" }.sorted { $0.key < $1.key }
      .map { "\($0.key) = \($0.value)" }.joined(separator: ", ")
    func list(_ words: [String]) -> String { words.isEmpty ? "none" : words.joined(separator: ", ") }
    var lines = [
      path, "  model        \(model["model"] ?? "unnamed"), \(parameters) parameters; \(extents)",
      "  predicts     \(variables.map(list) ?? "variables without names"), in \(dimensions)D",
    ]
    if let inputs, !inputs.isEmpty { lines.append("  inputs       \(list(inputs))") }
    lines += [
      "  frames       \(initialSteps) given, the last \(history) seen"
        + (frameInterval.map { ", \(Float($0)) apart" } ?? ""),
      "  computes     \(predictsIncrements ? "what is added to the last frame" : "the next frame")"
        + (isSymmetrized ? ", averaged over symmetries" : ""),
      "  canonical    \(list(canonical)); conserved: \(list(conserved))"
        + (reliesOnPeriodicFields ? "; relies on periodic fields" : ""),
    ]
    if let scaling {
      // Frames that are different quantities have numbers of their own.
      let frames = scaling.frames ?? []
      let names =
        frames.isEmpty
        ? scaling.variables : frames.flatMap { frame in scaling.variables.map { "\($0) (\(frame))" } }
      let numbers = zip(names, zip(scaling.mean, scaling.standardDeviation)).map {
        "\($0) \(Float($1.0)) ± \(Float($1.1))"
      }
      lines.append("  scaling      \(numbers.joined(separator: ", "))")
    }
    return lines.joined(separator: "\n")
  }
}
