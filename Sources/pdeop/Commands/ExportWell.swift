import ArgumentParser
import PDEData

struct ExportWell: ParsableCommand, ReadsDataFiles {
  static let configuration = CommandConfiguration(
    commandName: "well",
    abstract: "Write a data set in the layout of The Well.",
    discussion: """
        pdeop export well flows.hdf5 --test-samples 100 --validation-samples 50 --output flows

      Makes flows/data/train, valid and test, which The Well's own loader reads. Components of vectors, named as in \
      velocity_x or Vx, are written together.
      """)

  @Argument(
    help: "Files of fields, folders or patterns; together they are one data set.", completion: .file())
  var files: [String]

  @Option(help: "The folder to write to.")
  var output: String

  @Option(help: "The data set's name in the files (default: the folder's).")
  var name: String?

  @Option(
    parsing: .unconditional,
    help: "Samples at the start that are for the test (default: a tenth, or as the data set divides them).")
  var testSamples: Int?

  @Option(
    parsing: .unconditional,
    help: "Samples at the end that are for validation (default: 0, or as the data set divides them).")
  var validationSamples: Int?

  @OptionGroup var selection: DeclaredOptions<FieldPart>

  @OptionGroup var dataFiles: DataFileOptions

  private var title: String {
    name ?? output.split(separator: "/").last.map(String.init) ?? "data"
  }

  func validate() throws {
    if output.isEmpty { throw ValidationError("--output must name a folder.") }
    if title.isEmpty || title.contains("/") || title.hasPrefix(".") {
      throw ValidationError("--name must be a file's name, got '\(title)'.")
    }
  }

  func run() throws {
    let data = try selection.dataSet(of: files)
    // All samples are written, so fewer than the data set's own would leave some out.
    try data.splits?.require(test: testSamples, validation: validationSamples, of: data.path)
    let subsampling = Subsampling(testSamples: testSamples, validationSamples: validationSamples ?? 0)
    let split = try subsampling.split(data)
    let total = split.test.count + split.training.count + split.validation.count
    let progress = CountProgress()
    let written = try WellCopy(data, split: split, name: title).write(to: output) {
      progress.show($0, of: total, "samples")
    }
    progress.clear()
    for path in written { try Console.print(path) }
  }
}
