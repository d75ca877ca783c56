public import FieldMetrics
import Foundation
import SystemFiles

/// A line of `steps.jsonl`.
public struct StepRecord: Codable, Sendable, Equatable {
  /// The epoch, from 0.
  public let epoch: Int
  /// The step within the epoch, from 0.
  public let step: Int
  /// The loss before the step's update: the mean squared error summed over the unrolled steps.
  public let loss: Double
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

  private enum CodingKeys: String, CodingKey {
    case epoch, loss, seconds
    case learningRate = "learning_rate"
    case validationNRMSE = "validation_nRMSE"
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

  /// Reads a line; the metrics' keys stand beside the others.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    epoch = try values.decode(Int.self, forKey: .epoch)
    loss = try values.decode(Double.self, forKey: .loss)
    learningRate = try values.decode(Double.self, forKey: .learningRate)
    seconds = try values.decode(Double.self, forKey: .seconds)
    validationNRMSE =
      values.contains(.validationNRMSE)
      ? try values.decode(NullableNumber.self, forKey: .validationNRMSE).value : nil
    metrics = try? Metrics(from: decoder)
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

/// A file of JSON lines that grows, line by line.
final class LineFile {
  private let output: OutputFile
  private let encoder: JSONEncoder

  /// Opens the file; of the lines that are there, those that `keep` does not accept are removed first.
  init<Line: Decodable>(_ path: String, keeping type: Line.Type, where keep: (Line) -> Bool) throws {
    encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if let text = try? String(contentsOfFile: path, encoding: .utf8), !text.isEmpty {
      let decoder = JSONDecoder()
      // A line cut short by a crash does not decode, and goes as well.
      let kept = text.split(separator: "\n").filter { line in
        (try? decoder.decode(Line.self, from: Data(line.utf8))).map(keep) ?? false
      }
      try AtomicFile.replace(path, with: kept.map { $0 + "\n" }.joined())
    }
    output = try OutputFile(path, mode: .append)
  }

  /// Adds lines at the end.
  func append(_ lines: [some Encodable]) throws {
    let text = try lines.map { String(decoding: try encoder.encode($0), as: UTF8.self) + "\n" }
    try output.append(text.joined())
  }
}
