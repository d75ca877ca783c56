import Foundation
import Testing
import Training

@Suite("Records of epochs") struct EpochRecordTests {
  /// A record as a line of `metrics.jsonl` has it.
  private func record(_ epoch: Int, _ others: String) throws -> EpochRecord {
    let line = #"{"epoch":\#(epoch),"loss":1,"learning_rate":0.1,"seconds":1\#(others)}"#
    return try JSONDecoder().decode(EpochRecord.self, from: Data(line.utf8))
  }

  /// The record of an epoch that was evaluated.
  private func evaluated(_ epoch: Int, _ error: Double, _ others: String = "") throws -> EpochRecord {
    try record(epoch, #","samples":1,"nRMSE":\#(error)\#(others)"#)
  }

  @Test("the best epoch has the lowest error of the test samples, or of those for validation")
  func best() throws {
    let tested = try [evaluated(0, 0.3), evaluated(1, 0.1), record(2, ""), evaluated(3, 0.2)]
    #expect(tested.best?.epoch == 1 && tested.bestValidated == nil)
    let validated = try [
      evaluated(0, 0.1, #","validation_nRMSE":0.4"#), evaluated(1, 0.3, #","validation_nRMSE":0.2"#),
      evaluated(2, 0.2, #","validation_nRMSE":null"#),
    ]
    #expect(validated.best?.epoch == 1 && validated.bestValidated?.epoch == 1)
    #expect(try [record(0, "")].best == nil)
  }

  @Test("the best epoch of a mixture has the lowest mean over the sets, not the lowest error of the first")
  func score() throws {
    let scored = try [
      evaluated(0, 0.1, #","score":0.9"#), evaluated(1, 0.3, #","score":0.5"#),
      evaluated(2, 0.2, #","score":null"#),
    ]
    #expect(scored.best?.epoch == 1)
    let validated = try [
      evaluated(0, 0.3, #","validation_nRMSE":0.1,"score":0.9"#),
      evaluated(1, 0.3, #","validation_nRMSE":0.2,"score":0.5"#),
    ]
    #expect(validated.best?.epoch == 1 && validated.bestValidated?.epoch == 1)
  }

  @Test("errors on data before do not count, once there is one on those that the run went on on")
  func otherData() throws {
    let before = try [evaluated(0, 0.1), evaluated(1, 0.2), record(2, #","data_since":2"#)]
    #expect(before.best?.epoch == 0)
    let since = #","data_since":2"#
    #expect(try (before + [evaluated(3, 0.5, since), evaluated(4, 0.4, since)]).best?.epoch == 4)
  }

  @Test("what a record has of them is written as it is read, and nothing where it has none")
  func coding() throws {
    let whole = try evaluated(5, 0.1, #","validation_nRMSE":0.4,"score":0.3,"data_since":2"#)
    #expect(whole.score == 0.3 && whole.dataSince == 2)
    #expect(try JSONDecoder().decode(EpochRecord.self, from: JSONEncoder().encode(whole)) == whole)
    let plain = String(decoding: try JSONEncoder().encode(evaluated(5, 0.1)), as: UTF8.self)
    #expect(!plain.contains("score") && !plain.contains("data_since"))
  }
}
