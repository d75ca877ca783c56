import Foundation
import TestSupport
import Testing

@Suite("Events for TensorBoard", .enabled(if: Command.isBuilt, Command.absence))
struct TensorBoardTests {
  private static let options =
    ["train", "--data", "line.hdf5", "--output", "run", "--tensorboard", "--tempbalance", "sigmoid"]
    + ["--tempbalance-min-eigenvalues", "1", "--test-samples", "3"] + Workspace.plain
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  /// The files of events, in order.
  private var files: [String] {
    let names =
      (try? FileManager.default.contentsOfDirectory(atPath: workspace.path("run/tensorboard"))) ?? []
    return names.sorted().map { "run/tensorboard/\($0)" }
  }

  /// The remainder of bytes by Castagnoli's polynomial, bit by bit, in the form that records hold.
  private func checksum(_ bytes: Data) -> UInt32 {
    var rest = UInt32.max
    for byte in bytes {
      for bit in 0..<8 {
        let isOdd = (rest ^ UInt32(byte) >> UInt32(bit)) & 1 == 1
        rest = rest >> 1 ^ (isOdd ? 0x82F6_3B78 : 0)
      }
    }
    rest = ~rest
    return (rest >> 15 | rest << 17) &+ 0xA282_EAD8
  }

  /// The contents of the records of a file, whose lengths and checksums are checked.
  private func records(_ file: String) throws -> [Data] {
    let bytes = try workspace.bytes(file)
    func number(_ place: Int, _ count: Int) throws -> UInt64 {
      try #require(place + count <= bytes.count, "\(file) is cut short")
      return bytes[place..<(place + count)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    var (place, records) = (0, [Data]())
    while place < bytes.count {
      let length = Int(try number(place, 8))
      #expect(try number(place + 8, 4) == UInt64(checksum(bytes[place..<(place + 8)])))
      let end = place + 12 + length
      let sum = try number(end, 4)
      records.append(Data(bytes[(place + 12)..<end]))
      #expect(sum == UInt64(checksum(records[records.count - 1])))
      place = end + 4
    }
    return records
  }

  private func count(_ name: String, in records: [Data]) -> Int {
    records.count { $0.range(of: Data(name.utf8)) != nil }
  }

  @Test("hold every step's loss, each evaluation's errors and picture, and the layers' rates")
  func content() throws {
    let outcome = try workspace.run(Self.options)
    #expect(outcome.status == 0, "\(outcome.errors)")
    try #require(files.count == 1)
    let records = try records(files[0])
    let steps = try workspace.lines("run/steps.jsonl").count
    #expect(count("brain.Event:2", in: records) == 1)
    #expect(count("loss/step", in: records) == steps)
    for name in [
      "loss/epoch", "test/nRMSE", "test/F_3", "learning_rate/schedule", "learning_rate/w0", "alpha/w0",
      "rollout",
      "IHDR",
    ] { #expect(count(name, in: records) == 2, "\(name)") }
  }

  @Test("do not change the run, and go on in a file of their own when it is resumed")
  func resumed() throws {
    #expect(try workspace.run(Self.options).status == 0)
    #expect(try workspace.run(["train", "--resume", "run", "--epochs", "3"]).status == 0)
    #expect(files.count == 2)
    let plain = Self.options.map { $0 == "run" ? "plain" : $0 }.filter { $0 != "--tensorboard" }
    #expect(try workspace.run(plain + ["--epochs", "3"]).status == 0)
    #expect(!workspace.exists("plain/tensorboard"))
    #expect(try workspace.bytes("plain/steps.jsonl") == workspace.bytes("run/steps.jsonl"))
    #expect(
      try workspace.bytes("plain/checkpoints/last.safetensors")
        == workspace.bytes("run/checkpoints/last.safetensors"))
  }
}
