import FieldMetrics
import Foundation
import TestSupport
import Testing
import Training

@Suite("A run that goes on on other data") struct OtherDataTests {
  private let training: TinyTraining
  private let other: String

  init() throws {
    training = try TinyTraining()
    // What the run has learned is wrong there.
    let waves = WaveFile().with { $0.change = { _, frame, _, value in frame < 4 ? value : 10 * value } }
    other = try waves.write(to: training.folder.file("other.hdf5"))
  }

  private func resumed(to epochs: Int, on path: String? = nil) throws -> TrainingRun {
    try TrainingRun(resuming: training.run("run"), allowsOtherData: path != nil) {
      $0.schedule.epochs = epochs
      if let path { $0.data.path = path }
    }
  }

  @Test(
    "keeps the scaling that its weights were trained in, then and later, and has its best epoch there",
    arguments: [false, true])
  func scaling(isFormulated: Bool) throws {
    try training.train("run") { if isFormulated { FormulationTests.lowData(&$0) } }
    let before = try training.checkpoint("run").formulation
    let run = try resumed(to: 5, on: other)
    let notes = run.startingNotes.map { "\($0)" }
    let words = ["other.hdf5 has other values", "stay scaled as they were"]
    #expect(notes.count == 1 && words.allSatisfy(notes[0].contains))
    let summary = try run.train()
    #expect((3...4).contains(summary.bestEpoch ?? 0))
    #expect(try training.epochs("run").best?.epoch == summary.bestEpoch)
    #expect(try Checkpoint(reading: training.run("run").best).formulation == before)
  }

  @Test("is on its own data when it is resumed once more")
  func again() throws {
    try training.train("run")
    let before = try training.checkpoint("run").formulation
    _ = try resumed(to: 4, on: other).train()
    let run = try resumed(to: 5)
    #expect(run.startingNotes.isEmpty)
    _ = try run.train()
    #expect(try training.checkpoint("run").formulation == before)
  }

  @Test("has forgotten its best score even if it was ended at once")
  func endedAtOnce() throws {
    try training.train("run")
    do { _ = try resumed(to: 4, on: other) }
    #expect(try resumed(to: 4).train().bestEpoch == 3)
  }

  @Test("has no error before its first evaluation there")
  func notMeasured() throws {
    try training.train("run")
    let summary = try resumed(to: 5, on: other).train(shouldStop: { true })
    #expect(summary.outcome == .interrupted)
    #expect(summary.metrics == nil && summary.bestScore == nil)
    #expect(try resumed(to: 5).train().metrics != nil)
  }

  @Test("stays a run of its own data, with its best score, if no epoch is left to train")
  func nothingLeft() throws {
    let before = try training.train("run")
    let run = try resumed(to: 3, on: other)
    #expect(run.startingNotes.isEmpty)
    let summary = try run.train()
    #expect(summary.bestScore != nil && summary.bestScore == before.bestScore)
    #expect(summary.metrics?.nrmse == before.metrics?.nrmse)
    #expect(try training.run("run").readConfiguration().data.path == training.data)
  }

  @Test("is resumed on its own data after a call on others that left nothing to train")
  func nothingLeftBefore() throws {
    let before = try training.train("run")
    do { _ = try resumed(to: 3, on: other) }
    let run = try resumed(to: 4)
    #expect(run.startingNotes.isEmpty)
    let (first, last) = (try #require(before.bestScore), try #require(try run.train().bestScore))
    #expect(last <= first)
  }

  @Test("is not scaled anew, then or later, where the checkpoint with its scaling is gone")
  func lostScaling() throws {
    try training.train("run")
    _ = try resumed(to: 4, on: other).train()
    try FileManager.default.removeItem(atPath: training.run("run").last)
    #expect(throws: (any Error).self) { try resumed(to: 5) }
  }

  @Test("a run on its own data needs no checkpoint for its scaling, and goes on to the same bits")
  func withoutCheckpoint() throws {
    try training.train("whole") { $0.schedule.epochs = 5 }
    try training.train("run")
    try FileManager.default.removeItem(atPath: training.run("run").last)
    _ = try resumed(to: 5).train()
    #expect(try training.weights("run") == training.weights("whole"))
  }
}
