extension TrainingConfiguration {
  /// Checks the values against their ranges.
  ///
  /// - Throws: ``ConfigurationError/outOfRange(key:value:expected:)`` for the first that is outside, and
  ///   ``ConfigurationError/missing(key:)`` without data.
  public func validate() throws(ConfigurationError) {
    guard !data.isEmpty else { throw .missing(key: CodingKeys.data.rawValue) }
    guard !modes.isEmpty, modes.allSatisfy({ Self.counts.contains($0) }) else {
      throw .outOfRange(
        key: "modes", value: "'\(modes.map(String.init).joined(separator: ","))'",
        expected: "positive whole numbers, as in 12 or 12,12")
    }
    let atLeastOne: [(CodingKeys, Int)] = [
      (.initialSteps, initialSteps), (.batchSize, batchSize), (.epochs, epochs), (.unroll, unroll ?? 1),
      (.scheduleStep, scheduleStep), (.tempbalanceInterval, tempbalanceInterval),
      (.evaluateEvery, evaluateEvery), (.reducedBatch, reducedBatch), (.reducedResolution, reducedResolution),
      (.reducedResolutionTime, reducedResolutionTime), (.testSamples, testSamples ?? 1),
    ]
    for (key, value) in atLeastOne { try require(key, value, in: Self.counts) }
    try require(.width, width, in: 1...4096)
    try require(.initFeatures, initFeatures, in: 1...1024)
    try require(.threads, threads ?? 1, in: 1...1024)
    let atLeastZero: [(CodingKeys, Int)] = [
      (.warmUpEpochs, warmUpEpochs), (.validationSamples, validationSamples),
      (.tempbalanceMinimumEigenvalues, tempbalanceMinimumEigenvalues), (.cacheMemory, cacheMemory ?? 0),
    ]
    for (key, value) in atLeastZero { try require(key, value, in: 0...Self.counts.upperBound) }

    let positive: [(CodingKeys, Double)] = [
      (.learningRate, learningRate), (.scheduleGamma, scheduleGamma), (.clipGradients, clipGradients ?? 1),
      (.samRho, samRho ?? 1), (.adafactorEpsilon2, adafactorEpsilon2),
      (.adafactorClipThreshold, adafactorClipThreshold),
    ]
    for (key, value) in positive { try require(key, value, in: Self.positive, least: "above 0") }
    let notNegative: [(CodingKeys, Double)] = [
      (.noise, noise), (.weightDecay, weightDecay), (.tempbalanceSteepness, tempbalanceSteepness),
    ]
    for (key, value) in notNegative { try require(key, value, in: 0...Self.positive.upperBound) }
    try require(.momentum, momentum, in: 0...0.9999)
    // Less would be zero in single precision.
    try require(.adafactorEpsilon1, adafactorEpsilon1, in: 1e-37...1)
    try validateBalancing()
  }

  private func validateBalancing() throws(ConfigurationError) {
    // 10^(100/2) is beyond any use, and the learning rate that it multiplies still fits a number.
    try require(.tempbalanceScale, tempbalanceScale, in: 0...100)
    try require(.tempbalanceScaleBelow, tempbalanceScaleBelow ?? 0, in: 0...100)
    try require(.tempbalanceLowest, tempbalanceLowest, in: 0...100)
    try require(.tempbalanceXminPos, tempbalanceXminPos, in: 1.0.nextUp...1e6, least: "above 1")
    try require(.tempbalanceFarms, tempbalanceFarms ?? 1, in: 1...1e6)
    try require(.tempbalanceRelativeThreshold, tempbalanceRelativeThreshold ?? 0, in: 0...0.99)
    guard !tempbalanceKinds.isEmpty else {
      throw .outOfRange(
        key: CodingKeys.tempbalanceKinds.rawValue, value: "none", expected: "at least one kind of layer")
    }
    guard tempbalanceBlocks?.contains(where: { $0 != "." }) != false else {
      throw .outOfRange(
        key: CodingKeys.tempbalanceBlocks.rawValue, value: "nothing",
        expected: "components of layers' names, as in layer.*")
    }
    guard tempbalance != .off else { return }
    if tempbalance == .linear, tempbalanceScale + tempbalanceLowest == 0 {
      throw .conflict(
        "--tempbalance-scale and --tempbalance-lowest are both 0, and no layer would train; give one of them."
      )
    }
    if tempbalanceTarget == .weightDecay, weightDecay == 0 {
      throw .conflict(
        "--tempbalance-target weight-decay balances what --weight-decay 0 leaves out; give a weight decay.")
    }
  }

  /// More of anything would be a slip of the keyboard, and sums of counts must fit an integer.
  private static let counts = 1...Int(Int32.max)
  private static let positive = Double.leastNonzeroMagnitude...Double(Float.greatestFiniteMagnitude)

  private func require<Value: Comparable>(
    _ key: CodingKeys, _ value: Value, in range: ClosedRange<Value>, least: String? = nil
  ) throws(ConfigurationError) {
    guard !range.contains(value) else { return }
    throw .outOfRange(
      key: key.rawValue, value: "\(value)",
      expected: value < range.lowerBound
        ? least ?? "at least \(range.lowerBound)" : "at most \(range.upperBound)")
  }
}
