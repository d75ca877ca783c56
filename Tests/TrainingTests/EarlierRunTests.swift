import Autodiff
import FieldMetrics
import Foundation
import PDEData
import Safetensors
import SystemFiles
import TensorCore
import TestSupport
import Testing
import Training

/// A run that version 0.1.0 made is trained again, and gone on with.
@Suite("A run of an earlier version") struct EarlierRunTests {
  private let earlier = RunFolder(Reference.own.path("earlier-run"))
  private let data = Repository.path("pde-data/1D_CFD_Rand_Eta0.01_Zeta0.01_periodic_nx32.hdf5")

  @Test("it is trained the same, within rounding")
  func trainedAgain() throws {
    let folder = try TemporaryFolder()
    let run = RunFolder(folder.file("run"))
    var configuration = try earlier.readConfiguration()
    configuration.data.path = data
    _ = try TrainingRun(configuration, in: run).train()

    let steps = try [earlier, run].map { try RunFolder.lines(StepRecord.self, in: $0.steps) }
    #expect(steps[0].count == 12 && steps[1].count == 12)
    for (old, new) in zip(steps[0], steps[1]) { #expect(isClose(old.loss, new.loss), "step \(old.step)") }
    let epochs = try [earlier, run].map { try RunFolder.lines(EpochRecord.self, in: $0.metrics) }
    for (old, new) in zip(epochs[0], epochs[1]) {
      let (before, now) = (try #require(old.metrics), try #require(new.metrics))
      #expect(old.learningRate == new.learningRate)
      #expect(isClose(old.validationNRMSE ?? .nan, new.validationNRMSE ?? .nan))
      #expect(!before.values.isEmpty && before.values.keys == now.values.keys)
      for (key, values) in before.values {
        for (a, b) in zip(values, now.values[key] ?? []) { #expect(isClose(a, b), "\(key)") }
      }
    }
    let layers = try [earlier, run].map { try RunFolder.lines(LayerRecord.self, in: $0.layers) }
    #expect(layers[0].count == layers[1].count)
    for (old, new) in zip(layers[0], layers[1]) {
      #expect(old.layer.name == new.layer.name && isClose(old.learningRate, new.learningRate))
      #expect(isClose(old.layer.alpha ?? 0, new.layer.alpha ?? 0))
    }
    let weights = try [earlier, run].map { try Checkpoint(reading: $0.last) }
    let statistics = try weights.map { try #require($0.formulation.normalization.statistics) }
    #expect(statistics[0].mean == statistics[1].mean)
    #expect(statistics[0].standardDeviation == statistics[1].standardDeviation)
    for (name, old) in weights[0].parameters {
      var difference = weights[1].parameters[name]
      difference.add(old, scaledBy: -1)
      #expect(difference.sumOfSquares <= 1e-6 * old.sumOfSquares, "\(name)")
    }
  }

  @Test("it is gone on with, as a run whose first epochs were trained here")
  func continued() throws {
    let folder = try TemporaryFolder()
    let (copy, own) = (RunFolder(folder.file("copy")), RunFolder(folder.file("own")))
    try TemporaryFolder.copy(earlier.path, to: copy.path)
    var configuration = try earlier.readConfiguration()
    configuration.data.path = data
    _ = try TrainingRun(configuration, in: own).train()
    let epochs = try [copy, own].map { run in
      let resumed = try TrainingRun(resuming: run) { ($0.data.path, $0.schedule.epochs) = (data, 5) }
      #expect(resumed.firstEpoch == 3)
      _ = try resumed.train()
      return try RunFolder.lines(EpochRecord.self, in: run.metrics)
    }
    #expect(epochs.map { $0.map(\.epoch) } == [[0, 1, 2, 3, 4], [0, 1, 2, 3, 4]])
    for epoch in 3...4 {
      let (found, expected) = (epochs[0][epoch], epochs[1][epoch])
      #expect(found.learningRate == expected.learningRate)
      // Each of these epochs changes them by more.
      #expect(isClose(found.loss, expected.loss, within: 1e-4))
      #expect(isClose(found.validationNRMSE ?? .nan, expected.validationNRMSE ?? .nan, within: 1e-4))
      #expect(isClose(found.metrics?.nrmse ?? .nan, expected.metrics?.nrmse ?? .nan, within: 1e-4))
      #expect(!isClose(found.loss, epochs[0][epoch - 1].loss, within: 1e-4))
    }
  }

  @Test("a state of it that lacks a value is refused with the version that started the run")
  func incompleteState() throws {
    let folder = try TemporaryFolder()
    let copy = RunFolder(folder.file("copy"))
    try TemporaryFolder.copy(earlier.path, to: copy.path)
    let weights = try SafetensorsFile(reading: copy.last)
    try SafetensorsFile.write(
      weights.names.map { (name: $0, tensor: try weights.tensor(named: $0)) }, metadata: ["position": "{}"],
      to: copy.checkpoints + "/resume.safetensors")
    let error = #expect(throws: RunFolderError.self) {
      try TrainingRun(resuming: copy) { $0.data.path = data }
    }
    #expect(error?.description.contains("version 0.2.0 can read") == true)
    #expect(error?.description.contains("started by version 0.1.0") == true)
  }

  @Test(
    "a run of a version to come is refused by its name", arguments: ["0.3.0", "1.0.0", "1", "x", "0.10.0"])
  func laterVersion(version: String) throws {
    let folder = try TemporaryFolder()
    let copy = RunFolder(folder.file("copy"))
    try TemporaryFolder.copy(earlier.path, to: copy.path)
    let text = try String(contentsOfFile: copy.configuration, encoding: .utf8)
    try text.replacing("pdeop-version: 0.1.0", with: "pdeop-version: \(version)")
      .write(toFile: copy.configuration, atomically: true, encoding: .utf8)
    let expected = RunFolderError.otherVersion(folder: copy.path, version: version)
    #expect(throws: expected) { try copy.readConfiguration() }
    #expect(throws: expected) { try TrainingRun(resuming: copy) }
    #expect(expected.description.contains(version))
  }

  private func isClose(_ a: Double, _ b: Double, within tolerance: Double = 1e-3) -> Bool {
    abs(a - b) <= tolerance * max(abs(a), abs(b))
  }
}
