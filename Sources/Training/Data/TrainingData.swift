import MessagePassing
public import PDEData
import SystemFiles
import TensorCore

/// A data set made ready for training: which samples, on which grid, in which units.
public struct TrainingData: Sendable {
  /// The data set.
  public let dataSet: any FieldDataSet
  /// Which part of it is used; the number of test samples is filled in.
  public let subsampling: Subsampling
  /// Reads it.
  public let loader: BatchLoader
  /// The samples by purpose.
  public let split: SampleSplit
  /// What the data set holds, to be kept with checkpoints; nil if that is not looked at.
  var fingerprint: DataFingerprint?
  /// What is read of the data set's files, to be kept with checkpoints.
  package var selection = FieldSelection()
  /// The statistics of the training samples, to be kept with checkpoints; nil before they are known.
  package var statistics: VariableStatistics?
  /// Those of the inputs; nil before they are known, and where there are none.
  package var inputStatistics: VariableStatistics?

  /// Checks that something of a data set is left to train on; reads no field.
  ///
  /// - Parameters:
  ///   - dataSet: The data set.
  ///   - subsampling: Which part of it is used.
  ///   - initialSteps: The number of frames that a model starts from.
  ///   - cacheMemory: The bytes that samples may take in memory; a quarter of the machine's if `nil`.
  /// - Throws: `SubsamplingError` where nothing is left.
  public init(
    _ dataSet: any FieldDataSet, subsampling: Subsampling = Subsampling(), initialSteps: Int,
    cacheMemory: Int? = nil
  ) throws(SubsamplingError) {
    try subsampling.requireFrames(of: dataSet, initialSteps: initialSteps)
    split = try subsampling.split(dataSet)
    loader = try BatchLoader(dataSet, subsampling: subsampling, cacheMemory: cacheMemory)
    self.dataSet = dataSet
    var resolved = subsampling
    resolved.testSamples = split.test.count
    self.subsampling = resolved
  }

  /// Reads every sample that the run will use, so that a number that is not finite shows before anything is written.
  ///
  /// What fits stays in memory, and is not read again. On several ranks each reads a share of the samples.
  ///
  /// - Parameter progress: Is told how many samples have been read, and of how many.
  /// - Returns: The statistics of the training samples.
  /// - Throws: What is wrong with the data.
  public func survey(
    _ progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws -> VariableStatistics {
    let group = RankGroup.current
    func share(_ samples: [Int]) -> [Int] { Array(samples[group.share(among: samples.count)]) }
    let (training, others) = (share(split.training), share(split.test + split.validation))
    let total = training.count + others.count
    let moments = try loader.moments(of: training) { progress($0, total) }
    var done = training.count
    let samples = loader.batches(others.map { [$0] })
    while try samples.next() != nil {
      done += 1
      progress(done, total)
    }
    return loader.statistics(of: group.gather(moments).flatMap { $0 })
  }
}

extension [Int] {
  /// Pieces of at most `size` samples, in order.
  func batches(of size: Int) -> [[Int]] {
    stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
  }
}
