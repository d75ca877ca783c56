import Options
import PDEData
import SystemFiles
import TestSupport
import Testing
import Training

@Suite("The data of a training") struct TrainingDataTests {
  @Test(
    "axes are described by the points that are used",
    arguments: [(1, "(32), periodic;"), (2, "(16), periodic;"), (3, "(11), not periodic at this stride;")])
  func usedAxes(stride: Int, words: String) throws {
    let training = try TinyTraining(WaveFile().with { $0.isPeriodic = true })
    let data = try TrainingData(
      PDEBenchFile(path: training.data), subsampling: Subsampling(reducedResolution: stride), initialSteps: 4)
    #expect(data.summary[1].contains(words), "\(data.summary)")
  }

  @Test("frames that are not evenly spaced are noted at the start")
  func unevenFrames() throws {
    let training = try TinyTraining(WaveFile().with { $0.time = { Double($0 * $0) } })
    let data = try TrainingData(PDEBenchFile(path: training.data), initialSteps: 4)
    #expect(data.warnings.contains { "\($0)".contains("not evenly spaced in time, but 1.0 to 25.0 apart") })
  }

  @Test("a variable that is named twice is refused", arguments: ["variables", "inputs", "targets"])
  func namesTwice(option: String) throws {
    func configuration(_ names: String...) throws -> TrainingConfiguration {
      try TrainingConfiguration(layers: [.init(values: ["data": .word("a.hdf5"), option: .list(names)])])
    }
    try configuration("u", "v").validateValues()
    let error = #expect(throws: ConfigurationError.self) { try configuration("u", "v", "u").validateValues() }
    #expect(error?.fault == .usage)
    for words in [option, "each once", "'u,v,u'"] {
      #expect(error?.description.contains(words) == true, "\(words) in \(String(describing: error))")
    }
  }
}
