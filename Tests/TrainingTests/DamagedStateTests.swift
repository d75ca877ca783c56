import FieldMetrics
import Foundation
import Safetensors
import TestSupport
import Testing
import Training

@Suite("Damaged states") struct DamagedStateTests {
  /// Changes the position in a saved state.
  private func change(_ path: String, _ old: String, _ new: String) throws {
    let file = try SafetensorsFile(reading: path)
    let tensors = try file.names.map { (name: $0, tensor: try file.tensor(named: $0)) }
    let metadata = file.metadata.mapValues { $0.replacing(old, with: new) }
    try #require(metadata != file.metadata, "there is no \(old)")
    try SafetensorsFile.write(tensors, metadata: metadata, to: path)
  }

  @Test(
    "a place in training that no run can have come to is refused",
    arguments: [
      ("\"epoch\":3", "\"epoch\":-1"), ("\"epoch\":3", "\"epoch\":9223372036854775807"),
      ("\"step\":0", "\"step\":5"),
      ("\"step\":0", "\"step\":-1"), ("\"step\":0", "\"step\":9223372036854775807"),
      ("\"seconds\":0", "\"seconds\":-1"),
    ])
  func position(_ old: String, _ new: String) throws {
    let training = try TinyTraining()
    try training.train("run")
    try change(training.run("run").path + "/checkpoints/resume.safetensors", old, new)
    #expect(throws: RunFolderError.self) {
      try TrainingRun(resuming: training.run("run"), changing: { $0.schedule.epochs = 4 })
    }
  }

  @Test("metrics with too few bands of wavenumbers do not decode")
  func bands() throws {
    let text = """
      {"RMSE":1,"nRMSE":1,"nRMSE_predicted":1,"CSV":1,"Max":1,"BD":1,"F":[1,2],"samples":1}
      """
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(Metrics.self, from: Data(text.utf8)) }
    let whole = text.replacing("[1,2]", with: "[1,2,3]")
    #expect(throws: Never.self) { try JSONDecoder().decode(Metrics.self, from: Data(whole.utf8)) }
  }
}
