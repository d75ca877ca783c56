/// Which part of a data set is used: strides in space, time and samples, and the samples set aside.
///
/// The first samples of the file are the test samples; the rest are for training. From the end of these, validation
/// samples are set aside, and of what remains every k-th is kept, the first one included. So the test samples are the
/// same at every ratio, and the kept samples of a small ratio are spread over the file.
///
/// Source: PDEBench (Takamoto et al., arXiv 2210.07182) for the strides; "Model Balancing Helps Low-data Training and
/// Fine-tuning" (arXiv 2410.12178) for the ratios.
public struct Subsampling: Sendable, Equatable, Codable {
  /// Every n-th point is used along each axis of space.
  public var reducedResolution: Int
  /// Every n-th frame is used.
  public var reducedResolutionTime: Int
  /// Every k-th training sample is used.
  public var reducedBatch: Int
  /// The place of the first training sample that is kept, below ``reducedBatch``: each gives a subset that shares no sample
  /// with the others.
  public var reducedBatchOffset: Int
  /// The number of samples at the start of the file that are for the test; a tenth of them, at least one, if `nil`.
  public var testSamples: Int?
  /// The number of samples at the end of the file that are for validation; with 0 a data set keeps those of its own.
  public var validationSamples: Int
  /// The number of frames that are used, after the stride in time; all if `nil`.
  public var frameLimit: Int?

  /// Everything, a tenth of it for the test, unless said otherwise.
  ///
  /// - Parameters:
  ///   - reducedResolution: Every n-th point is used along each axis of space.
  ///   - reducedResolutionTime: Every n-th frame is used.
  ///   - reducedBatch: Every k-th training sample is used.
  ///   - reducedBatchOffset: The first of them that is used.
  ///   - testSamples: The number of test samples; a tenth of the file, at least one, if `nil`.
  ///   - validationSamples: The number of validation samples.
  ///   - frameLimit: The number of frames that are used, after the stride in time; all if `nil`.
  public init(
    reducedResolution: Int = 1, reducedResolutionTime: Int = 1, reducedBatch: Int = 1,
    reducedBatchOffset: Int = 0, testSamples: Int? = nil,
    validationSamples: Int = 0, frameLimit: Int? = nil
  ) {
    self.reducedResolution = reducedResolution
    self.reducedResolutionTime = reducedResolutionTime
    self.reducedBatch = reducedBatch
    self.reducedBatchOffset = reducedBatchOffset
    self.testSamples = testSamples
    self.validationSamples = validationSamples
    self.frameLimit = frameLimit
  }

  /// The stride k over the training samples that keeps a ratio r of them: k = round(1/r).
  ///
  /// - Parameter ratio: The part to keep, above 0 and at most 1.
  /// - Returns: The stride, for ``reducedBatch``.
  /// - Throws: ``SubsamplingError/ratioOutOfRange(_:)``.
  public static func reducedBatch(ratio: Double) throws(SubsamplingError) -> Int {
    // Beyond 2³¹ samples a ratio is a slip of the keyboard, and its inverse might not fit an integer.
    guard ratio > 0x1p-31, ratio <= 1 else { throw .ratioOutOfRange(ratio) }
    return Int((1 / ratio).rounded())
  }

  /// The fraction of the training samples that a ratio really keeps, in words, if its inverse is not a whole number.
  ///
  /// - Parameter ratio: The part to keep.
  /// - Returns: The end of a sentence; nil for a ratio that is kept as it is, or is none.
  public static func inexactPart(ofRatio ratio: Double) -> String? {
    guard let stride = try? reducedBatch(ratio: ratio),
      abs(1 / ratio - Double(stride)) > 1e-6 * Double(stride)
    else { return nil }
    guard stride > 1 else { return "keeps all training samples" }
    let part = (1e4 / Double(stride)).rounded() / 1e4
    return
      "keeps one of every \(stride) training samples, a part of \(stride > 1000 ? 1 / Double(stride) : part)"
  }

  /// Checks every stride and number against its least value.
  ///
  /// - Throws: ``SubsamplingError/tooSmall(option:value:least:)``.
  public func validate() throws(SubsamplingError) {
    let limits = [
      ("the stride in space", reducedResolution, 1), ("the stride in time", reducedResolutionTime, 1),
      ("the stride over training samples", reducedBatch, 1),
      ("the place of the first training sample", reducedBatchOffset, 0),
      ("the number of test samples", testSamples ?? 0, 0),
      ("the number of validation samples", validationSamples, 0),
      ("the number of frames", frameLimit ?? 1, 1),
    ]
    for (option, value, least) in limits where value < least {
      throw .tooSmall(option: option, value: value, least: least)
    }
  }

  /// Divides the samples of a data set into test, training and validation samples.
  ///
  /// A data set's own ``FieldDataSet/splits`` are kept: the numbers of samples then say how many of its test samples are
  /// used, and how many are set aside for validation if it has none for that. The sets of a mixture share these numbers, so
  /// one that divides itself keeps what it has.
  ///
  /// - Parameter data: The data set.
  /// - Returns: The places of the samples in the data set.
  /// - Throws: ``SubsamplingError`` where no sample is left to train on, or the data set divides itself and has fewer test
  ///   samples, or another number for validation.
  public func split(_ data: any FieldDataSet) throws(SubsamplingError) -> SampleSplit {
    try validate()
    if let own = data.splits, !(data is UnifiedDataSet) {
      try own.require(
        test: testSamples.flatMap { $0 > own.test.count ? $0 : nil },
        validation: validationSamples > 0 ? validationSamples : nil, of: data.path)
    }
    let test = testCandidates(of: data).prefix(testCount(of: data))
    var training =
      if let splits = data.splits, !splits.test.isEmpty { splits.training } else {
        Array(testCandidates(of: data).dropFirst(test.count))
      }
    var validation = data.splits?.validation ?? []
    let setAside = validation.isEmpty ? validationSamples : 0
    guard setAside < training.count else {
      throw .noTrainingSamples(
        file: data.path, samples: data.samples, test: testCount(of: data), validation: setAside)
    }
    validation += training.suffix(setAside)
    training.removeLast(setAside)
    guard reducedBatch <= training.count else {
      throw .leavesNoSample(file: data.path, reducedBatch: reducedBatch, training: training.count)
    }
    guard reducedBatchOffset < reducedBatch else {
      throw .offsetTooLarge(offset: reducedBatchOffset, reducedBatch: reducedBatch)
    }
    return SampleSplit(
      test: Array(test),
      training: stride(from: reducedBatchOffset, to: training.count, by: reducedBatch).map { training[$0] },
      validation: validation)
  }

  /// The places of the test samples: the first ones, or of those that the data set has for the test.
  ///
  /// - Parameter data: The data set.
  /// - Returns: The samples.
  /// - Throws: ``SubsamplingError/tooManyTestSamples(file:samples:test:)`` where there are fewer.
  public func testSamples(of data: any FieldDataSet) throws(SubsamplingError) -> [Int] {
    try validate()
    let (candidates, count) = (testCandidates(of: data), testCount(of: data))
    guard count <= candidates.count else {
      throw .tooManyTestSamples(file: data.path, samples: candidates.count, test: count)
    }
    return Array(candidates.prefix(count))
  }

  /// The samples for the test, or those for training where a data set has none for the test.
  private func testCandidates(of data: any FieldDataSet) -> [Int] {
    guard let splits = data.splits else { return Array(0..<data.samples) }
    return splits.test.isEmpty ? splits.training : splits.test
  }

  private func testCount(of data: any FieldDataSet) -> Int {
    if let testSamples { return testSamples }
    let own = data.splits?.test.count ?? 0
    return own > 0 ? own : max(testCandidates(of: data).count / 10, 1)
  }

  /// Checks that a frame is left to predict.
  ///
  /// - Parameters:
  ///   - data: The data set.
  ///   - initialSteps: The number of frames that a model is given.
  /// - Throws: ``SubsamplingError/tooFewFrames(file:inFile:left:initialSteps:)`` where fewer than `initialSteps + 1`
  ///   frames are left, or ``SubsamplingError/tooSmall(option:value:least:)``.
  public func requireFrames(of data: any FieldDataSet, initialSteps: Int) throws(SubsamplingError) {
    try validate()
    let left = frameIndices(data).count
    guard left > initialSteps else {
      throw .tooFewFrames(file: data.path, inFile: data.frames, left: left, initialSteps: initialSteps)
    }
  }

  /// The places of the frames that are used.
  func frameIndices(_ data: any FieldDataSet) -> [Int] {
    Array(stride(from: 0, to: data.frames, by: reducedResolutionTime).prefix(frameLimit ?? data.frames))
  }
}

extension SampleSplit {
  /// Checks that a data set that divides its samples in this way has as many as asked. Where it has none for a purpose, any
  /// number may be asked for.
  ///
  /// - Parameters:
  ///   - test: The number of test samples, if one was asked for.
  ///   - validation: The number of validation samples, if one was asked for.
  ///   - file: The data set, for messages.
  /// - Throws: ``SubsamplingError/dividesItself(file:purpose:own:asked:)``.
  package func require(test: Int?, validation: Int?, of file: String) throws(SubsamplingError) {
    for (purpose, own, asked) in [
      ("test", self.test.count, test), ("validation", self.validation.count, validation),
    ] {
      if let asked, own > 0, asked != own {
        throw .dividesItself(file: file, purpose: purpose, own: own, asked: asked)
      }
    }
  }
}
