import Autodiff
import FieldMetrics
import Foundation
import PDEData
import Safetensors
import TensorCore
import TestSupport
import Testing
import Training

/// A run that version 0.1.0 made is trained again, and gone on with.
@Suite("A run of an earlier version") struct EarlierRunTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  private let earlier = RunFolder(Self.root.appending(path: "Tests/Reference/earlier-run").path)
  private let data = Self.root
    .appending(path: "pde-data/1D_CFD_Rand_Eta0.01_Zeta0.01_periodic_nx32.hdf5").path

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

  @Test("it is gone on with, as a run that is as long from the beginning")
  func continued() throws {
    let folder = try TemporaryFolder()
    let (copy, whole) = (RunFolder(folder.file("copy")), RunFolder(folder.file("whole")))
    try TemporaryFolder.copy(earlier.path, to: copy.path)
    func change(_ configuration: inout TrainingConfiguration) {
      configuration.data.path = data
      configuration.schedule.epochs = 5
    }
    _ = try TrainingRun(resuming: copy, changing: change).train()
    var configuration = try earlier.readConfiguration()
    change(&configuration)
    _ = try TrainingRun(configuration, in: whole).train()
    let epochs = try [copy, whole].map { try RunFolder.lines(EpochRecord.self, in: $0.metrics) }
    #expect(epochs[0].map(\.epoch) == [0, 1, 2, 3, 4])
    // The cosine of five epochs differs from that of three in the epochs that were done already.
    for (gone, begun) in zip(epochs[0], epochs[1]).suffix(2) {
      #expect(gone.learningRate == begun.learningRate && abs(gone.loss / begun.loss - 1) < 0.05)
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

  private func isClose(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-3 * max(abs(a), abs(b)) }
}
