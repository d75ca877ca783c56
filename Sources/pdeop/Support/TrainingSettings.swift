import ArgumentParser
import Logging
import Options
import PDEData
import Reporting
import Training

/// What a training is told: options, a file of them, and the recipe that they change.
struct TrainingSettings: ParsableArguments {
  @OptionGroup var options: TrainingOptions<DataPart>
  @OptionGroup(title: "Run") var runOptions: DeclaredOptions<RunPart>

  @Option(
    name: .customLong("config"),
    help: "A YAML file of option values; the keys are the option names, with shuffle: false for --no-shuffle."
  )
  var file: String?

  @Option(
    help: """
      The settings that options change. low-data: what makes the most of few samples, as far as the data's names and boundary tell \
      the equations. plain: the defaults that are shown here. paper: arXiv 2410.12178, for this data and ratio; its released code \
      reads 1D convolutions otherwise: for its 1D numbers as they were made, add --tempbalance-conv1d released. (default: low-data; \
      plain with --config)
      """)
  private var recipe: RecipeArgument?

  /// The values given as options.
  var layer: TrainingConfiguration.Layer {
    .init(values: options.given.merging(runOptions.given) { $1 })
  }

  /// Whether settings come from elsewhere than options.
  var hasSource: Bool { file != nil || recipe != nil }

  /// The configuration: the recipe's settings, changed by the file and then by the options. A file of settings is changed by options
  /// alone, unless a recipe is named: what it leaves out is as plain as when it was written.
  ///
  /// What people should know of a value is said.
  ///
  /// - Returns: The configuration, and what the recipe chose and why, to be said when training begins.
  /// - Throws: What is wrong with a value, the file or the data set that a recipe looks at.
  func configuration() throws -> (TrainingConfiguration, reasons: [String]) {
    var layers = [layer]
    if let file {
      let file = try TrainingConfiguration.Layer(reading: file)
      layers.insert(file, at: 0)
    }
    var configuration = try TrainingConfiguration(layers: layers)
    let recipe = recipe?.recipe ?? (file == nil ? .lowData : .plain)
    func areGiven(_ name: String) -> Bool { layers.contains { $0.values[name] != nil } }
    let givesInitialSteps = areGiven("initial-steps")
    let (settings, reasons) = try recipe.configuration(
      for: configuration.readingAsCheckpoint(givesInitialSteps: givesInitialSteps),
      givesEpochs: areGiven("epochs"))
    let started = try settings.startingFromCheckpoint(
      of: configuration, givesInitialSteps: givesInitialSteps)
    configuration = try TrainingConfiguration(layers: layers, over: started)
    if let ratio = layers.ratio, let part = Subsampling.inexactPart(ofRatio: ratio) {
      Console.say("--ratio \(formatted(ratio)) \(part).", .notice)
    }
    try configuration.requireOwnOptions(in: layer)
    // What a value must be comes before what it is good for.
    try configuration.validateValues()
    try configuration.requireUse(of: layer)
    for layer in layers {
      for note in Self.notes(on: layer, under: configuration) { Console.say(note, .notice) }
    }
    return (configuration, reasons(configuration))
  }

  /// What is said of a file: that it is one of version 0.1, and which of its options change nothing, as only other kinds than the chosen
  /// ones have them.
  ///
  /// - Parameters:
  ///   - layer: The file; nothing is said of options.
  ///   - configuration: What has come of it.
  /// - Returns: A sentence for each.
  static func notes(
    on layer: TrainingConfiguration.Layer, under configuration: TrainingConfiguration
  ) -> [String] {
    guard let file = layer.source else { return [] }
    var notes = layer.isFlat ? [note(onFlat: file)] : []
    for key in layer.values.keys.sorted() {
      do {
        try configuration.requireOwnOptions(in: .init(values: [key: .nothing]))
      } catch {
        guard case .otherKind(_, let choice, let kinds, let chosen) = error else { continue }
        let owner = kinds.map { Spelling.option(choice, $0) }.joined(separator: " or ")
        notes.append(
          "\(file) sets \(key), an option of \(owner); the \(choice) is \(chosen), so it changes nothing.")
      }
    }
    return notes
  }

  /// What is said of a file without parts.
  private static func note(onFlat file: String) -> String {
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
