import SystemFiles
public import Options
package import PDEData

/// The data set, its subsampling and the batches.
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
  /// Number of validation samples, taken from the end of the file, for choosing the best checkpoint.
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
      "shuffle", \.shuffle, help: "Shuffle the training samples every epoch."),
    OptionDeclaration(
      "cache-memory", \.cacheMemory, in: .countOrNone, help: "Memory for cached samples, in megabytes.",
      default: "a quarter of the machine's", example: 4096),
  ]

  /// Which part of the data set is used.
  package var subsampling: Subsampling {
    Subsampling(
      reducedResolution: reducedResolution, reducedResolutionTime: reducedResolutionTime,
      reducedBatch: reducedBatch, testSamples: testSamples, validationSamples: validationSamples)
  }
}
