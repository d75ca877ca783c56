import ArgumentParser
import Logging
import Options
import Training

struct Config: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the default configuration, its schema or its reference, or check a file.",
    discussion: """
        pdeop config > train.yaml
        pdeop config --model unet --optimizer sgd
        pdeop config --check train.yaml
        pdeop config --schema > schema.json

      A configuration file has a section for each group of options, with lines of the form 'option: value'. Options that \
      are left out keep their defaults. Use the file with pdeop train --config.
      """)

  @OptionGroup(title: "What to print the defaults of") var kinds: DeclaredOptions<Kinds>

  @Option(help: ArgumentHelp("Check the keys, values and ranges in this file.", valueName: "file"))
  var check: String?

  @Flag(help: "Print the JSON Schema of configuration files, for editors.")
  var schema = false

  @Flag(help: "Print the reference of all options as Markdown.")
  var reference = false

  @Flag(help: "Print the values as one JSON object on standard output.")
  var json = false

  /// The options that choose kinds.
  enum Kinds: OptionSelection {
    static let options: [PresentedOption] = {
      let all = ConfigurationOptions()
      return all.names.filter { !all.kinds[part: $0].isEmpty }.compactMap { PresentedOption(all[$0]) }
    }()
  }

  func validate() throws {
    let modes = [check != nil, schema, reference].filter { $0 }.count
    guard modes <= 1 else { throw ValidationError("Give one of --check, --schema and --reference.") }
    guard modes == 0 || kinds.given.isEmpty else {
      let names = kinds.given.keys.sorted().map { Spelling.option($0) }
      throw ValidationError(
        "\(names.joined(separator: ", ")) only applies when printing defaults; leave it out.")
    }
    guard !json || !(schema || reference) else {
      throw ValidationError("--json only applies to the defaults and to --check; a schema is JSON already.")
    }
  }

  func run() throws {
    if schema { return try Console.print(ConfigurationSchema.text()) }
    if reference { return try Console.print(OptionReference().text) }
    let layers = [
      try check.map { try .init(reading: $0) } ?? TrainingConfiguration.Layer(values: kinds.given)
    ]
    let configuration = try TrainingConfiguration(layers: layers)
    try configuration.validateValues()
    for note in TrainingSettings.notes(on: layers[0], under: configuration) { Console.say(note, .notice) }
    if json { return try Console.printJSON(configuration) }
    guard let check else { return try Console.print(configuration.yaml().trimmingSuffix { $0.isNewline }) }
    let changed = Self.choices(of: configuration) + configuration.differences(from: configuration.defaults)
    try Console.print(
      "\(check) is valid; it changes "
        + (changed.isEmpty ? "nothing." : changed.sorted().joined(separator: ", ") + "."))
  }

  /// The options that choose another kind than by default.
  private static func choices(of configuration: TrainingConfiguration) -> [String] {
    let (all, usual) = (ConfigurationOptions(), TrainingConfiguration())
    return Kinds.options.map(\.name).filter { name in
      all[name].contains { $0.declaration.text(in: configuration) != $0.declaration.text(in: usual) }
    }
  }
}

extension StringProtocol {
  /// The text without what it ends with.
  fileprivate func trimmingSuffix(where isTrimmed: (Character) -> Bool) -> String {
    var end = endIndex
    while end > startIndex, isTrimmed(self[index(before: end)]) { end = index(before: end) }
    return String(self[..<end])
  }
}
