public import FieldMetrics

/// A line of `steps.jsonl`.
public struct StepRecord: Codable, Sendable, Equatable {
  /// The epoch, from 0.
  public let epoch: Int
  /// The step within the epoch, from 0.
  public let step: Int
  /// The loss before the step's update, summed over the unrolled steps.
  public let loss: Double

  init(epoch: Int, step: Int, loss: Double) {
    self.epoch = epoch
    self.step = step
    self.loss = loss
  }

  /// Reads a line.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    epoch = try checkedCount(.epoch, in: values)
    step = try checkedCount(.step, in: values)
    loss = try values.decode(Double.self, forKey: .loss)
  }
}

/// A line of `metrics.jsonl`.
public struct EpochRecord: Codable, Sendable, Equatable {
  /// The epoch, from 0.
  public let epoch: Int
  /// The mean loss of the epoch's steps.
  public let loss: Double
  /// The schedule's learning rate.
  public let learningRate: Double
  /// Seconds that the epoch took, its evaluation included.
  public let seconds: Double
  /// nRMSE over the validation samples, where some are set aside and the epoch was evaluated; NaN (null in JSON) where it
  /// is undefined.
  public let validationNRMSE: Double?
  /// The score that chooses the best checkpoint, where it is another number than an nRMSE of the record: of a mixture the mean over its
  /// sets. NaN (null in JSON) where it is undefined; nil also in the records of earlier versions.
  public let score: Double?
  /// The epoch in which the run went on on the data that it was on here; nil where it began on them.
  public let dataSince: Int?
  /// The metrics over the test samples, where the epoch was evaluated.
  public let metrics: Metrics?

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case epoch, loss, seconds, score
    case learningRate = "learning_rate"
    case validationNRMSE = "validation_nRMSE"
    case dataSince = "data_since"
  }

  /// Any key of a JSON object.
  private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { return nil }
  }

  init(
    epoch: Int, loss: Double, learningRate: Double, seconds: Double, validationNRMSE: Double?,
    score: Double?, dataSince: Int?, metrics: Metrics?
  ) {
    self.epoch = epoch
    self.loss = loss
    self.learningRate = learningRate
    self.seconds = seconds
    self.validationNRMSE = validationNRMSE
    self.score = score
    self.dataSince = dataSince
    self.metrics = metrics
  }

  /// Reads a line; the metrics' keys are next to the others.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    epoch = try checkedCount(.epoch, in: values)
    loss = try values.decode(Double.self, forKey: .loss)
    learningRate = try values.decode(Double.self, forKey: .learningRate)
    seconds = try values.decode(Double.self, forKey: .seconds)
    func number(_ key: CodingKeys) throws -> Double? {
      values.contains(key) ? try values.decode(NullableNumber.self, forKey: key).value : nil
    }
    validationNRMSE = try number(.validationNRMSE)
    score = try number(.score)
    dataSince = values.contains(.dataSince) ? try checkedCount(.dataSince, in: values) : nil
    // A line without metrics has nothing but its own keys; one of any other must have them all.
    let own = Set(CodingKeys.allCases.map(\.rawValue))
    let isEvaluated = try decoder.container(keyedBy: AnyKey.self).allKeys.contains {
      !own.contains($0.stringValue)
    }
    metrics = isEvaluated ? try Metrics(from: decoder, besides: own) : nil
  }

  /// Writes a line.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(epoch, forKey: .epoch)
    try values.encode(loss, forKey: .loss)
    try values.encode(learningRate, forKey: .learningRate)
    try values.encode(seconds, forKey: .seconds)
    try values.encodeIfPresent(validationNRMSE.map(NullableNumber.init), forKey: .validationNRMSE)
    try values.encodeIfPresent(score.map(NullableNumber.init), forKey: .score)
    try values.encodeIfPresent(dataSince, forKey: .dataSince)
    try metrics?.encode(to: encoder)
  }
}

extension EpochRecord {
  /// The error that chooses the best checkpoint; not finite where the epoch was not evaluated, or it is undefined.
  fileprivate var choosingError: Double {
    guard let metrics else { return .nan }
    return score ?? validationNRMSE ?? metrics.nrmse
  }
}

extension [EpochRecord] {
  /// The evaluated epoch that the best checkpoint is of: that of the lowest error of the samples that choose it, since the run has been on
  /// the data of its last evaluation; the first of equal ones, nil without any that is defined.
  package var best: EpochRecord? {
    let defined = filter { $0.choosingError.isFinite }
    let dataSince = defined.last?.dataSince
    return defined.filter { $0.dataSince == dataSince }.min { $0.choosingError < $1.choosingError }
  }

  /// The same, chosen on validation samples alone.
  package var bestValidated: EpochRecord? { filter { $0.validationNRMSE?.isFinite ?? false }.best }
}
