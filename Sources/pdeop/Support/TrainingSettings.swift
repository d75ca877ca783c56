import ArgumentParser
import Logging
import Options
import PDEData
import Reporting
import Training

/// What a training is told: options, a file of them, and the recipe that they change.
struct TrainingSettings: ParsableArguments {
  @OptionGroup var options: TrainingOptions
  @OptionGroup(title: "Run") var runOptions: DeclaredOptions<RunPart>

  @Option(
    name: .customLong("config"),
    help: "A YAML file of option values; the keys are the option names, with shuffle: false for --no-shuffle."
  )
  var file: String?

  @Option(
    help: """
      Start from other settings than the defaults. low-data: what makes most of few samples, as far as the data's names and \
      boundary tell the equations. plain: the defaults. paper: arXiv 2410.12178, for this data and ratio; its released code reads \
      1D convolutions otherwise: for its 1D numbers as they were made, add --tempbalance-conv1d released.
      """)
  private var recipe: RecipeArgument?

  /// The values given as options.
  var layer: TrainingConfiguration.Layer {
    .init(values: options.given.merging(runOptions.given) { $1 })
  }

  /// Whether settings come from elsewhere than options.
  var hasSource: Bool { file != nil || recipe != nil }

  /// The configuration: the recipe's settings or the defaults, changed by the file and then by the options.
  ///
  /// What people should know of it is said.
  ///
  /// - Throws: What is wrong with a value, the file or the data set that a recipe looks at.
  func configuration() throws -> TrainingConfiguration {
    var layers = [layer]
    if let file {
      let file = try TrainingConfiguration.Layer(reading: file)
      layers.insert(file, at: 0)
    }
    var configuration = try TrainingConfiguration(layers: layers)
    if let recipe {
      let (settings, reasons) = try recipe.recipe.configuration(for: configuration)
      let started = try settings.startingFromCheckpoint(of: configuration)
      configuration = try TrainingConfiguration(layers: layers, over: started)
      for reason in reasons(configuration) { Console.say(reason) }
    } else if configuration.fineTuning.checkpoint != nil {
      let settings = try TrainingConfiguration().startingFromCheckpoint(of: configuration)
      configuration = try TrainingConfiguration(layers: layers, over: settings)
    }
    if let ratio = layers.ratio, let part = Subsampling.inexactPart(ofRatio: ratio) {
      Console.say("--ratio \(formatted(ratio)) \(part).", .notice)
    }
    try configuration.requireOwnOptions(in: layer)
    for layer in layers {
      if let source = layer.source, layer.isFlat { Console.say(Self.note(onFlat: source), .notice) }
    }
    return configuration
  }

  /// What is said of a file without parts.
  static func note(onFlat file: String) -> String {
    "\(file) has options outside the sections (data, model, …), as in version 0.1; it is still read. "
      + "pdeop config prints the current form."
  }
}

/// A recipe as an argument.
private struct RecipeArgument: ExpressibleByArgument {
  let recipe: Recipe

  init?(argument: String) {
    guard let recipe = Recipe(rawValue: argument) else { return nil }
    self.recipe = recipe
  }

  static var allValueStrings: [String] { Recipe.allCases.map(\.rawValue) }
}
