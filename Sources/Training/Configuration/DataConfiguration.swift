import SystemFiles
public import Options
package import PDEData

/// Which data a model is trained on, and in which portions.
public struct DataConfiguration: ConfigurationPart {
  /// The data set.
  public var path = ""
  /// Every k-th training sample is kept.
  public var reducedBatch = 1
  /// Every n-th point is used along each axis.
  public var reducedResolution = 1
  /// Every n-th frame is used.
  public var reducedResolutionTime = 1
  /// Samples at the start of the file that are for the test; nil for a tenth.
  public var testSamples: Int?
  /// Samples at the end of the file that choose the best checkpoint.
  public var validationSamples = 0
  /// How variables are scaled.
  public var normalize = Normalization.Method.standard
  /// Samples a step.
  public var batchSize = 20
  /// Whether the training samples come in a new order every epoch.
  public var shuffle = true
  /// Megabytes that samples may take in memory; nil for a quarter of the machine's.
  public var cacheMemory: Int?

  /// The defaults; the data set must still be named.
  public init() {}

  /// The options.
  public static let options: [OptionDeclaration<DataConfiguration>] = [
    OptionDeclaration(
      "data", \.path, help: "The data set, in PDEBench's HDF5 layout.", default: "",
      example: "flows.hdf5"),
    OptionDeclaration(
      "ratio", insteadOf: "reduced-batch", in: .above(0, to: 1),
      expecting: "a number above 0 and at most 1",
      help: """
        Keep this part of the training samples: one of every k, k = round(1/ratio); where 1/ratio is no whole number that is \
        another part, of which a note tells: 0.3 keeps a third, 0.7 all.
        """, example: 0.1,
      assign: { data, ratio in
        guard let stride = try? Subsampling.reducedBatch(ratio: ratio) else { return false }
        data.reducedBatch = stride
        return true
      }),
    OptionDeclaration("reduced-batch", \.reducedBatch, in: .count, help: "Keep every k-th training sample."),
    OptionDeclaration(
      "reduced-resolution", \.reducedResolution, in: .count, help: "Use every n-th point along each axis."),
    OptionDeclaration(
      "reduced-resolution-t", \.reducedResolutionTime, in: .count, help: "Use every n-th frame."),
    OptionDeclaration(
      "test-samples", \.testSamples, in: .count,
      help: "Samples at the start of the file that are for the test.", default: "a tenth", example: 1000),
    OptionDeclaration(
      "validation-samples", \.validationSamples, in: .countOrNone,
      help: "Samples at the end of the file that choose the best checkpoint.",
      default: "0, the test samples do", example: 100),
    OptionDeclaration(
      "normalize", \.normalize,
      help:
        "Scale each variable by the training samples' mean and deviation (standard), or not at all (none)."),
    OptionDeclaration("batch-size", \.batchSize, in: .count, help: "Samples a step."),
    OptionDeclaration(
      "shuffle", \.shuffle, help: "Take the training samples in a new order every epoch, not in the file's."),
    OptionDeclaration(
      "cache-memory", \.cacheMemory, in: .countOrNone, help: "Megabytes that samples may take in memory.",
      default: "a quarter of the machine's", example: 4096),
  ]

  /// Which part of the data set is used.
  package var subsampling: Subsampling {
    Subsampling(
      reducedResolution: reducedResolution, reducedResolutionTime: reducedResolutionTime,
      reducedBatch: reducedBatch, testSamples: testSamples, validationSamples: validationSamples)
  }
}
