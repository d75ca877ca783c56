import ArgumentParser
import Logging
import Options
import PDEData
import SystemFiles
import Training

struct Import: ParsableCommand, ReadsDataFiles, SaysMessages {
  static let configuration = CommandConfiguration(
    abstract: "Write fields of any layout to one file in PDEBench's layout.",
    discussion: """
        pdeop import u.npy --axes n,t,x,y --output u.hdf5
        pdeop import 'run-*.mat' --variables u --axes n,x,y,t --output runs.hdf5

      Samples are copied one at a time. An interrupted import continues when the same command is run again. Of a set that divides its samples, those for the test come first and those for validation last.
      """)

  @Argument(
    help: "Files of fields, folders or patterns; together they are one data set.", completion: .file())
  var files: [String]

  @Option(help: "The HDF5 file to write; it must not exist yet.")
  var output: String

  @OptionGroup var selection: DeclaredOptions<FieldPart>

  @OptionGroup var dataFiles: DataFileOptions
  @OptionGroup var messages: MessageOptions

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  func validate() throws {
    try OutputName.require(output, for: .hdf5)
  }

  func run() throws {
    let data = try selection.dataSet(of: files)
    Interruption.watch()
    let progress = CountProgress()
    let copy = DataSetCopy(data, to: output)
    let outcome = try copy.write(shouldStop: { Interruption.isRequested }) {
      progress.show($0, of: copy.order.count, "samples")
    }
    progress.clear()
    guard outcome.isFinished else {
      Console.say(
        "Stopped after \(outcome.samples) of \(copy.order.count) samples. To continue, run the same command again."
      )
      throw Interruption.exitCode
    }
    for note in data.notes { Console.say(note, .notice) }
    let inputs = data.constants.map { data.variables[$0].name }
    let split = data.splits
    if json {
      return try Console.printJSON(
        Result(
          output: output, samples: outcome.samples, continued: outcome.continued,
          variables: data.states.map { data.variables[$0].name }, inputs: inputs,
          testSamples: split?.test.count, validationSamples: split?.validation.count))
    }
    try Console.print(
      "\(output): \(outcome.samples) samples of \(data.states.map { data.variables[$0].name }.joined(separator: ", "))"
    )
    if !inputs.isEmpty {
      Console.say("Its inputs are read by \(Spelling.option("inputs", inputs.joined(separator: ","))).")
    }
    if let split {
      Console.say(
        "Its samples are divided by --test-samples \(split.test.count) --validation-samples \(split.validation.count)."
      )
    }
  }

  private struct Result: Encodable {
    let output: String
    let samples, continued: Int
    let variables, inputs: [String]
    let testSamples, validationSamples: Int?

    private enum CodingKeys: String, CodingKey {
      case output, samples, continued, variables, inputs
      case testSamples = "test_samples"
      case validationSamples = "validation_samples"
    }
  }
}

extension DeclaredOptions<FieldPart> {
  /// The data set in some files.
  func dataSet(of files: [String]) throws -> any FieldDataSet {
    let configuration = try TrainingConfiguration(layers: [.init(values: given)])
    try configuration.validateValues()
    var source = configuration.data
    source.paths = FileNames(files)
    return try source.open()
  }
}
