import MessagePassing
import SystemFiles
public import Options
package import PDEData

/// The data set, its subsampling and the batches.
public struct DataConfiguration: ConfigurationPart {
  /// The files of the data set: their names, folders, or patterns.
  public var paths = FileNames()
  /// What the shares of the data sets are in proportion to, where each of ``paths`` is one of its own; nil where all are one set.
  public var weights: [Double]?
  /// Files whose samples are for the test; none if samples of the data set are.
  public var testPaths = FileNames()
  /// Files whose samples choose the best checkpoint.
  public var validationPaths = FileNames()
  /// The arrays that are variables; as far as the file tells if nil.
  public var variables: [String]?
  /// What each axis of these arrays is; as far as the file tells if nil.
  public var axes: [String]?
  /// What a model sees and does not predict; the constants of the data set if nil.
  public var inputs: [String]?
  /// The variables that a model predicts; all that are no inputs if nil.
  public var targets: [String]?
  /// Every k-th training sample is kept.
  public var reducedBatch = 1
  /// The place of the first training sample that is kept.
  public var reducedBatchOffset = 0
  /// Every n-th point is used along each axis.
  public var reducedResolution = 1
  /// Every n-th frame is used.
  public var reducedResolutionTime = 1
  /// Samples at the start of the file that are for the test; nil for a tenth.
  public var testSamples: Int?
  /// Number of validation samples, taken from the end of the file, for choosing the best checkpoint.
  public var validationSamples = 0
  /// How variables are scaled.
  public var normalize = Normalization.Method.standard
  /// Samples a step.
  public var batchSize = 20
  /// How many parts a batch is computed in; nil for one, or in a build with MPI for eight, of a sample at least.
  public var batchParts: Int?
  /// Whether the training samples come in a new order every epoch.
  public var shuffle = true
  /// Megabytes that samples may take in memory; nil for a quarter of the machine's.
  public var cacheMemory: Int?

  /// The defaults; the data set must still be named.
  public init() {}

  /// The options.
  public static let options: [OptionDeclaration<DataConfiguration>] = [
    OptionDeclaration(
      "data", \.paths,
      help: """
        The data set: a file of fields, a folder of files, or a pattern such as 'runs-*.hdf5'; given again, one more file of \
        the same set.
        """, default: "", example: FileNames(["flows.hdf5"])),
    OptionDeclaration(
      "weights", \.weights, in: .positive, where: { $0?.isEmpty != true },
      expecting: "one or more numbers above 0, like 1,2",
      help: """
        Train on a mixture: each \(option: "data") is a set of its own, with its own scaling (with \(option: "from") as \
        \(option: "normalization") says), grid and variables, and gets steps in proportion to its weight. Variables go by name; \
        what a set lacks is zero, and no error counts there. The first set's metrics are reported, and its scaling is kept.
        """, default: "all files are one set", example: [1, 2]),
    OptionDeclaration(
      "test-data", \.testPaths, help: "Files whose samples are for the test, likewise.",
      default: "samples of the data set", example: FileNames(["test.hdf5"])),
    OptionDeclaration(
      "validation-data", \.validationPaths,
      help: "Files whose samples choose the best checkpoint, likewise.",
      default: "as \(option: "validation-samples") says", example: FileNames(["valid.hdf5"])),
    OptionDeclaration(
      "variables", \.variables, where: { $0?.isEmpty != true && areDistinct($0) },
      expecting: "one or more names, each once, like u,v",
      help: "The arrays of a file that are variables.", default: "all of the largest shape",
      example: ["u", "v"]),
    OptionDeclaration(
      "axes", \.axes, where: { $0.map(FieldSelection.areAxes) ?? true },
      expecting: "a letter for each axis (n sample, t time, x, y, z space, v variable), like n,t,x,y",
      help: """
        What each axis of these arrays is: n sample, t time, x, y, z space, v variable. Without n a file is one sample; \
        without t its arrays are quantities that belong together, the last to be predicted.
        """, default: "as the file's coordinates tell", example: ["n", "t", "x", "y"]),
    OptionDeclaration(
      "inputs", \.inputs, where: { areDistinct($0) }, expecting: "names, each once, like depth",
      help: """
        What a model sees and does not predict: variables (their first frame), arrays without time, parameters of the file.
        """, default: "what the layout takes for constant", example: ["depth"]),
    OptionDeclaration(
      "targets", \.targets, where: { $0?.isEmpty != true && areDistinct($0) },
      expecting: "one or more names, each once, like u,v",
      help: "The variables that a model predicts.", default: "all that are no inputs", example: ["u"]),
    OptionDeclaration(
      "ratio", insteadOf: "reduced-batch", in: .above(0, to: 1),
      expecting: "a number above 0 and at most 1",
      help: """
        Fraction of the training samples to keep: every k-th, with k = round(1/ratio). The fraction kept differs if 1/ratio \
        is not a whole number, and a note says so: 0.3 keeps a third, 0.7 keeps all.
        """, example: 0.1,
      assign: { data, ratio in
        guard let stride = try? Subsampling.reducedBatch(ratio: ratio) else { return false }
        data.reducedBatch = stride
        return true
      }),
    OptionDeclaration("reduced-batch", \.reducedBatch, in: .count, help: "Keep every k-th training sample."),
    OptionDeclaration(
      "reduced-batch-offset", \.reducedBatchOffset, in: .countOrNone,
      help: """
        The first training sample that is kept, below \(option: "reduced-batch"): each number gives a subset that shares no \
        sample with the others, to see how much results depend on it.
        """, example: 3),
    OptionDeclaration(
      "reduced-resolution", \.reducedResolution, in: .count, help: "Use every n-th point along each axis."),
    OptionDeclaration(
      "reduced-resolution-t", \.reducedResolutionTime, in: .count, help: "Use every n-th frame."),
    OptionDeclaration(
      "test-samples", \.testSamples, in: .count,
      help: "Number of test samples, taken from the start of the file.", default: "a tenth", example: 1000),
    OptionDeclaration(
      "validation-samples", \.validationSamples, in: .countOrNone,
      help: "Number of validation samples, taken from the end of the file, for choosing the best checkpoint.",
      default: "0, the test samples choose", example: 100),
    OptionDeclaration(
      "normalize", \.normalize,
      help:
        "Scale each variable to mean 0 and standard deviation 1 over the training samples (standard), or not at all (none)."
    ),
    OptionDeclaration("batch-size", \.batchSize, in: .count, help: "Samples per training step."),
    OptionDeclaration(
      "batch-parts", \.batchParts, in: .count,
      help: """
        Parts of a batch that are computed by themselves and added in a fixed order. MPI ranks share the parts; the weights do \
        not depend on the number of ranks, but in the last bits on the number of parts. Fewer are faster; more need less memory, as \
        gradients are accumulated part by part (but for a U-Net, whose normalization sees the whole batch at once).
        """, default: "1, the whole batch; built with MPI, 8 or a sample each", example: 4),
    OptionDeclaration(
      "shuffle", \.shuffle, help: "Shuffle the training samples every epoch."),
    OptionDeclaration(
      "cache-memory", \.cacheMemory, in: .countOrNone, help: "Memory for cached samples, in megabytes.",
      default: "a quarter of the machine's, shared by its ranks", example: 4096),
  ]

  /// The number of parts of a batch that is not set: one, or in a build with MPI as many as ranks usually share, so that one
  /// process comes to the bits of several.
  package static var defaultBatchParts: Int { Launch.isBuiltWithMPI ? 8 : 1 }

  /// The number of parts that a new run computes a batch in, at most a sample each.
  package var resolvedBatchParts: Int { min(batchParts ?? Self.defaultBatchParts, batchSize) }

  /// The first file of the data set, for those that have one; setting it leaves no others.
  public var path: String {
    get { paths.names.first ?? "" }
    set { paths = newValue.isEmpty ? FileNames() : FileNames([newValue]) }
  }

  /// The files by purpose.
  package var files: DataFiles {
    DataFiles(paths.names, test: testPaths.names, validation: validationPaths.names)
  }

  /// What is read of the files.
  package var selection: FieldSelection {
    FieldSelection(
      variables: variables ?? [], axes: axes ?? [], inputs: inputs, targets: targets ?? [])
  }

  /// Opens the data set; reads no field.
  ///
  /// - Parameter usual: What is read of its files where nothing is said of that here.
  /// - Returns: The data set.
  /// - Throws: What is wrong with its files.
  package func open(unlessSaid usual: FieldSelection = FieldSelection()) throws -> any FieldDataSet {
    var selection = usual
    if let variables { selection.variables = variables }
    if let axes { selection.axes = axes }
    if let inputs { selection.inputs = inputs }
    if let targets { selection.targets = targets }
    return try weights == nil ? files.open(selection: selection) : sets(selection)[0]
  }

  /// Opens the sets of a mixture, under the variables of all of them; the one data set where there is no mixture.
  ///
  /// - Returns: The data sets.
  /// - Throws: What is wrong with their files.
  package func openSets() throws -> [any FieldDataSet] {
    try weights == nil ? [open()] : sets(selection)
  }

  private func sets(_ selection: FieldSelection) throws -> [any FieldDataSet] {
    try DataFiles.requireDistinct(paths.names.map { DataFiles([$0]) })
    let sets = try paths.names.map { path -> any FieldDataSet in
      let files = DataFiles([path])
      do {
        return try files.open(selection: selection)
      } catch let error as DataFileError {
        guard let inputs = selection.inputs else { throw error }
        // An input that this set lacks is none of its own; one that no set has is a mistake.
        var own = selection
        own.inputs = inputs.filter { name in
          var alone = selection
          alone.inputs = [name]
          return (try? files.open(selection: alone)) != nil
        }
        let isSomewhere = inputs.filter { own.inputs?.contains($0) == false }.allSatisfy { name in
          var alone = selection
          alone.inputs = [name]
          return paths.names.contains { (try? DataFiles([$0]).open(selection: alone)) != nil }
        }
        guard isSomewhere else { throw error }
        return try files.open(selection: own)
      }
    }
    let variables = UnifiedDataSet.variables(of: sets)
    return sets.map { UnifiedDataSet($0, variables: variables) }
  }

  /// Which part of the data set is used.
  package var subsampling: Subsampling {
    Subsampling(
      reducedResolution: reducedResolution, reducedResolutionTime: reducedResolutionTime,
      reducedBatch: reducedBatch, reducedBatchOffset: reducedBatchOffset, testSamples: testSamples,
      validationSamples: validationSamples)
  }
}

/// Whether no name is given twice: what is read twice is trained on twice.
private func areDistinct(_ names: [String]?) -> Bool { names.map { Set($0).count == $0.count } ?? true }
