import Foundation
import SystemFiles
import Optimizers
import PDEData
import Training

/// What a planned run came to beyond its own files, kept as `outcome.json` in its folder once it is done.
struct RunOutcome: Codable, Equatable {
  /// The number of epochs that are done.
  var epochs: Int
  /// The number of weights; a complex one counts as two.
  var parameters: Int
  /// The mean of α over the linear layers and convolutions at the end, where it is defined.
  var alphaMean: Double?
  /// The standard deviation of α over them.
  var alphaStd: Double?
  /// Why the run diverged; nil if it did not.
  var divergence: String?

  private enum CodingKeys: String, CodingKey {
    case epochs, parameters, divergence
    case alphaMean = "alpha_mean"
    case alphaStd = "alpha_std"
  }

  /// The file's name in the run's folder.
  static let fileName = "outcome.json"

  private static func path(in folder: RunFolder) -> String { "\(folder.path)/\(fileName)" }

  init(
    epochs: Int, parameters: Int, alphaMean: Double? = nil, alphaStd: Double? = nil, divergence: String? = nil
  ) {
    self.epochs = epochs
    self.parameters = parameters
    self.alphaMean = alphaMean
    self.alphaStd = alphaStd
    self.divergence = divergence
  }

  /// The outcome of a run; nil if it is not done.
  init?(of folder: RunFolder) {
    guard let data = FileManager.default.contents(atPath: Self.path(in: folder)),
      let outcome = try? JSONDecoder().decode(Self.self, from: data)
    else { return nil }
    self = outcome
  }

  /// Whether nothing is left to do of a run of so many epochs: what has diverged would do so again.
  func isDone(of epochs: Int) -> Bool { divergence != nil || self.epochs >= epochs }

  func write(to folder: RunFolder) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.replace(
      Self.path(in: folder), with: String(decoding: try encoder.encode(self), as: UTF8.self) + "\n")
  }
}

/// How far a planned run is.
enum RunState: Equatable {
  /// Not begun.
  case absent
  /// Some epochs are done.
  case begun(epochs: Int)
  /// All epochs are done.
  case finished
  /// A number was no longer finite, which would happen again.
  case diverged

  /// - Parameters:
  ///   - folder: The run's folder.
  ///   - epochs: The number of epochs that are planned.
  init(of folder: RunFolder, epochs: Int) {
    if let outcome = RunOutcome(of: folder), outcome.isDone(of: epochs) {
      self = outcome.divergence == nil ? .finished : .diverged
    } else if FileManager.default.fileExists(atPath: folder.configuration) {
      self = .begun(epochs: Self.epochsDone(in: folder))
    } else {
      self = .absent
    }
  }

  /// The number of whole lines of a run's metrics: a quick count for what is shown while it trains.
  static func epochsDone(in folder: RunFolder) -> Int {
    guard let data = FileManager.default.contents(atPath: folder.metrics) else { return 0 }
    return data.reduce(0) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
  }

  /// Whether nothing is left to do.
  var isDone: Bool { self == .finished || self == .diverged }
}

extension RunFolder {
  /// The records of a run that is finished, and so was evaluated once at least.
  ///
  /// - Throws: ``BenchmarkError/noErrors(file:)``, or what is wrong with the lines of the file.
  func finishedRecords() throws -> [EpochRecord] {
    let records = try Self.lines(EpochRecord.self, in: metrics)
    guard records.contains(where: { $0.metrics != nil }) else { throw BenchmarkError.noErrors(file: metrics) }
    return records
  }
}

extension PlannedRun {
  /// The run's folder below a benchmark's.
  func folder(in benchmark: String) -> RunFolder { RunFolder("\(benchmark)/runs/\(name)") }

  /// How far the run is.
  func state(in benchmark: String) -> RunState {
    RunState(of: folder(in: benchmark), epochs: configuration.schedule.epochs)
  }

  /// The keys whose values make a run that is there another one than this, `data` also where files of the same name hold something
  /// else now.
  ///
  /// A run may be made longer, and may use other threads and memory; its numbers of test samples and of parts of a batch were
  /// resolved.
  ///
  /// - Parameters:
  ///   - benchmark: The benchmark's folder.
  ///   - data: What data sets hold now.
  /// - Returns: The keys.
  /// - Throws: If the run's configuration or the data set cannot be read.
  func differences(in benchmark: String, _ data: inout CurrentData) throws -> [String] {
    let folder = folder(in: benchmark)
    guard FileManager.default.fileExists(atPath: folder.configuration) else { return [] }
    let found = try folder.readConfiguration()
    var expected = configuration
    expected.data.batchParts = expected.data.resolvedBatchParts
    expected.run.threads = found.run.threads
    expected.data.cacheMemory = found.data.cacheMemory
    if expected.data.testSamples == nil { expected.data.testSamples = found.data.testSamples }
    // A run that is to be longer is another where it would have been trained otherwise from the beginning.
    var shorter = expected
    shorter.schedule.epochs = found.schedule.epochs
    if expected.schedule.epochs > found.schedule.epochs, expected.begins(as: shorter) { expected = shorter }
    let keys = expected.differences(from: found)
    // What is read in another way is another set, and told so already.
    guard let before = folder.fingerprint, TestSettings.reading.isDisjoint(with: keys) else { return keys }
    return try data.fingerprint(expected.data) == before ? keys : (keys + ["data"]).sorted()
  }
}

extension TrainingConfiguration {
  /// Whether learning rate and differentiated steps are those of a shorter training in all epochs of that.
  fileprivate func begins(as shorter: TrainingConfiguration) -> Bool {
    let (own, other) = (newSchedule(), shorter.newSchedule())
    return (0..<shorter.schedule.epochs).allSatisfy { epoch in
      // A schedule may begin an epoch alike and go on otherwise.
      [0, 1].allSatisfy { step in
        let time = TrainingTime(epoch: epoch, step: step, stepsPerEpoch: 2)
        return own.factor(at: time) == other.factor(at: time)
      }
        && loss.unroll?.steps(epoch: epoch, of: schedule.epochs)
          == shorter.loss.unroll?.steps(epoch: epoch, of: shorter.schedule.epochs)
    }
  }
}
