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
  /// The metrics over the test samples, where the epoch was evaluated.
  public let metrics: Metrics?

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case epoch, loss, seconds
    case learningRate = "learning_rate"
    case validationNRMSE = "validation_nRMSE"
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
    metrics: Metrics?
  ) {
    self.epoch = epoch
    self.loss = loss
    self.learningRate = learningRate
    self.seconds = seconds
    self.validationNRMSE = validationNRMSE
    self.metrics = metrics
  }

  /// Reads a line; the metrics' keys are next to the others.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    epoch = try checkedCount(.epoch, in: values)
    loss = try values.decode(Double.self, forKey: .loss)
    learningRate = try values.decode(Double.self, forKey: .learningRate)
    seconds = try values.decode(Double.self, forKey: .seconds)
    validationNRMSE =
      values.contains(.validationNRMSE)
      ? try values.decode(NullableNumber.self, forKey: .validationNRMSE).value : nil
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
    try metrics?.encode(to: encoder)
  }
}

extension [EpochRecord] {
  /// The epoch with the lowest nRMSE on the validation samples, the first of equal ones; nil without any that is defined.
  package var bestValidated: EpochRecord? {
    func error(_ record: EpochRecord) -> Double { record.validationNRMSE ?? .infinity }
    return filter { $0.metrics != nil && error($0).isFinite }.min { error($0) < error($1) }
  }
}
