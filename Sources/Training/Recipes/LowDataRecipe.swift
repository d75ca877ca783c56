import NeuralOperators
import Optimizers
import Options
import PDEData
import Symmetries
import SystemFiles

/// The settings that make the most of few samples, as far as the data at hand let it be known what holds for them.
///
/// Every field gets what needs no knowledge of the equations: increments, two frames of history, windows from anywhere in the
/// trajectory, the metric as loss, one cycle of the learning rate, residual blocks. Fields whose names, layout or declaration tell the
/// equations are shown to the model in their canonical form, seen in all reflections and exchanges of axes, and keep their
/// conserved totals. `benchmarks/lowdata` has what each piece is worth.
public struct LowDataRecipe {
  /// The settings, to be overridden by the user's file and options. They do not name the data.
  public let configuration: TrainingConfiguration
  private let system: FieldSystem
  private let samples: Int

  /// The settings for the user's choice of data, samples and model.
  ///
  /// - Parameters:
  ///   - choice: The user's choice.
  ///   - givesEpochs: Whether the user has chosen the number of epochs, even if it is the usual one; if nil, whether it is another.
  /// - Throws: If the choice is none, or the data cannot be read.
  public init(for choice: TrainingConfiguration, givesEpochs: Bool? = nil) throws {
    try choice.validate()
    let data = try TrainingData(choice)
    var asked = choice.formulation
    if asked.periodic == .no { asked.periodic = .auto }
    let system: FieldSystem
    do { system = try FieldSystem(asked, data.loader) } catch {
      throw ConfigurationError.symmetry(file: data.dataSet.path, error)
    }
    let predicted = data.loader.frames - choice.model.initialSteps
    let isSequence = data.dataSet.frameNames == nil
    let isPeriodic = system.isPeriodic

    var result = choice.defaults
    result.formulation.periodic = .auto
    result.formulation.canonical = .auto
    result.formulation.augment = .auto
    result.formulation.symmetrize = true
    result.formulation.conserve = .auto
    result.model.initialSteps = choice.model.initialSteps
    if isSequence {
      result.formulation.predict = .increment
      result.formulation.history = min(2, choice.model.initialSteps)
      result.loss.window = min(8, predicted)
      if !data.loader.hasEvenTimes {
        // Windows, which are worth more, would be moved by the distances of the first frames.
        let parts = CanonicalForm.parts(of: system).filter { $0 != .galilean }
        result.formulation.canonical = parts.isEmpty ? .none : .list(parts)
      }
    }
    result.loss.kind = NormalizedErrorLoss.Description()
    if let fno = choice.model.description as? FNO.Description {
      var own = fno
      let usual = FNO.Description()
      let line = data.dataSet.dimensions == 1
      if own.width == usual.width { own.width = line ? 32 : 20 }
      if own.modes == usual.modes {
        // Coarse grids have fewer.
        let most = (data.loader.spatialShape.min() ?? 1) / 2
        own.modes = [min(line ? (isPeriodic ? 16 : 24) : 12, most)]
      }
      own.hasResidualBlocks = true
      own.edgePoints = 16
      result.model = ModelConfiguration(own)
      result.model.initialSteps = choice.model.initialSteps
    }
    result.data.batchSize = data.dataSet.dimensions == 1 ? 10 : 5
    result.optimizer.kind = .adamw
    result.optimizer.learningRate = 5e-3
    result.optimizer.clipGradients = 1
    result.schedule.kind = .oneCycle
    result.schedule.epochs = Self.epochs(samples: data.split.training.count)
    let isGiven = givesEpochs ?? (choice.schedule.epochs != choice.defaults.schedule.epochs)
    result.evaluation.every = max((isGiven ? choice : result).schedule.epochs / 12, 1)
    configuration = result
    self.system = system
    samples = data.split.training.count
  }

  /// Epochs for a number of samples: fewer samples are seen more often, but with fewer updates in all.
  private static func epochs(samples: Int) -> Int {
    // 830 at 18 samples, 480 at 54, 120 at 900.
    let epochs = 480 * (54 / Double(max(samples, 1))).squareRoot()
    return min(max(Int((epochs / 10).rounded()) * 10, 60), 900)
  }

  /// What was chosen and why, a sentence each.
  ///
  /// - Parameter configuration: The settings with what the user has overridden.
  /// - Returns: Three sentences.
  public func reasons(for configuration: TrainingConfiguration) -> [String] {
    let (formulation, window) = (configuration.formulation, configuration.loss.window)
    let what = formulation.predict == .increment ? "increments" : "the next frame"
    let frames =
      "predicts \(what) from \(formulation.history ?? configuration.model.initialSteps) frames"
      + (window.map { ", on windows of \($0) frames from anywhere" } ?? "")
    let names = system.variables.joined(separator: ", ")
    let conserved = system.conserved.map(\.rawValue).joined(separator: ", ")
    return [
      "\(samples) training samples, \(configuration.schedule.epochs) epochs: \(frames), with \(configuration.loss.name) as loss.",
      system.symmetries.isEmpty
        ? "No symmetry is known of \(names); declare those that the equations have."
        : "Known of \(names): \(Symmetry.description(of: system.symmetries)); used in canonical form, training samples and prediction.",
      (system.isPeriodic ? "The domain is periodic" : "The domain is not known to be periodic")
        + (conserved.isEmpty ? "; no total is conserved." : "; each frame keeps \(conserved)."),
    ]
  }
}
