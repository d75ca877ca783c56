import Foundation
import Optimizers
import Options
import PDEData
import SystemFiles
import Training

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

extension PlannedRun {
  /// The run's folder below a benchmark's.
  func folder(in benchmark: String) -> RunFolder { RunFolder("\(benchmark)/runs/\(name)") }

  /// How far the run is.
  func state(in benchmark: String) -> RunState {
    RunState(of: folder(in: benchmark), epochs: configuration.schedule.epochs)
  }

  /// What makes a run that is there another one than this: values, or that files of the same name hold something else now.
  ///
  /// A run may be made longer, and may use other threads and memory; its numbers of test samples and of parts of a batch were
  /// resolved.
  ///
  /// - Parameters:
  ///   - benchmark: The benchmark's folder.
  ///   - data: What data sets hold now.
  /// - Returns: The run that is there; nil if it is this one, or there is none.
  /// - Throws: If the run's configuration or the data set cannot be read.
  func otherRun(in benchmark: String, _ data: inout CurrentData) throws -> OtherRun? {
    let folder = folder(in: benchmark)
    guard FileManager.default.fileExists(atPath: folder.configuration) else { return nil }
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
    var changedFiles: [String] = []
    if let before = folder.fingerprint, TestSettings.reading.isDisjoint(with: keys),
      try data.fingerprint(expected.data) != before
    {
      let files = [expected.data.paths, expected.data.testPaths, expected.data.validationPaths]
      changedFiles = files.flatMap(\.names)
    }
    guard !keys.isEmpty || !changedFiles.isEmpty else { return nil }
    return OtherRun(folder: folder.path, options: keys, changedFiles: changedFiles)
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
