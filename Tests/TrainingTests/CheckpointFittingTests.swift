import FieldMetrics
import Foundation
import NeuralOperators
import Options
import PDEData
import SystemFiles
import TensorCore
import TestSupport
import Testing
import Training

@Suite("Data for a checkpoint") struct CheckpointFittingTests {
  private let training: TinyTraining
  private let path: String
  private let checkpoint: Checkpoint

  /// A model of periodic fields.
  init() throws {
    training = try TinyTraining()
    try training.train("run", Self.periodic)
    path = training.run("run").last
    checkpoint = try training.checkpoint("run")
  }

  private static func periodic(_ configuration: inout TrainingConfiguration) {
    configuration.schedule.epochs = 1
    configuration.formulation.periodic = .yes
  }

  private func data(
    _ name: String, _ change: (inout WaveFile) -> Void = { _ in }
  ) throws -> any FieldDataSet {
    try DataFile.open(WaveFile().with(change).write(to: training.folder.file(name)))
  }

  @discardableResult
  private func loader(
    of data: any FieldDataSet, _ subsampling: Subsampling = Subsampling(), given: Bool = false
  ) throws -> BatchLoader {
    try checkpoint.loader(of: path, for: data, subsampling, cacheMemory: nil, given: given)
  }

  private func notes(on data: any FieldDataSet) throws -> [String] {
    try checkpoint.notes(of: path, on: loader(of: data)).map { "\($0)" }
  }

  @Test("the model's variables in another order, or among others, are refused with the option that helps")
  func order() throws {
    let file = try PDEBenchFile(path: training.data)
    for names in [["Vx", "density", "pressure"], ["density", "pressure", "Vx", "temperature"]] {
      let turned = UnifiedDataSet(file, variables: names.map { FieldVariable($0) })
      let expected = CheckpointError.otherVariables(
        file: path, data: training.data, own: ["density", "pressure", "Vx"], found: names)
      #expect("\(expected)".contains("give targets density,pressure,Vx"))
      #expect(throws: expected) { try loader(of: turned) }
      #expect(throws: expected) { try checkpoint.requireOwnVariables(of: path, turned, byPlace: true) }
    }
  }

  @Test("variables of other names are refused with both lists, unless they were named for the model's")
  func names() throws {
    let renamed = try data("renamed.hdf5") { $0.variables = ["a", "b", "c"] }
    let expected = CheckpointError.otherVariables(
      file: path, data: renamed.path, own: ["density", "pressure", "Vx"], found: ["a", "b", "c"])
    #expect(throws: expected) { try checkpoint.requireOwnVariables(of: path, renamed, byPlace: false) }
    try checkpoint.requireOwnVariables(of: path, renamed, byPlace: true)
    try loader(of: renamed)
    let nameless = Checkpoint(
      model: checkpoint.model, parameters: checkpoint.parameters,
      formulation: Formulation(Normalization(nil), initialSteps: 4))
    try nameless.requireOwnVariables(of: path, renamed, byPlace: false)
  }

  @Test("a variable that is called after its file stands for the model's, whatever that was called")
  func namesOfFiles() throws {
    func write(_ name: String, _ change: Float) throws -> String {
      let waves = WaveFile().with {
        $0.variables = ["u"]
        $0.change = { $3 * change }
      }
      let values = (0..<waves.samples).flatMap { waves.sample($0).elements }
      let file = training.folder.file(name)
      try Data(NumPySeed.array("<f4", "(12, 14, 32)", NumPySeed.floats(values))).write(
        to: URL(filePath: file))
      return file
    }
    let axes = ["n", "t", "x"]
    let own = try write("train.npy", 1)
    try training.train("own") {
      $0.schedule.epochs = 1
      $0.data.path = own
      $0.data.axes = axes
    }
    let path = training.run("own").last
    let checkpoint = try Checkpoint(reading: path)
    let file = try write("other.npy", 2)
    let other = try DataFile.open(file, selection: FieldSelection(axes: axes))
    #expect(other.variableNames == ["other"])
    try checkpoint.requireOwnVariables(of: path, other, byPlace: false)
    // Not where somebody has named it otherwise, nor where a file's array has the file's name itself.
    let named = try DataFile.open(file, selection: FieldSelection(variables: ["u"], axes: axes))
    let stored = try data("u.hdf5") { $0.variables = ["u"] }
    for data in [named, stored] {
      #expect(throws: CheckpointError.self) {
        try checkpoint.requireOwnVariables(of: path, data, byPlace: false)
      }
    }
  }

  /// Other flows, whose file or whose name says that the domain has ends.
  private func flowsWithEnds() throws -> [any FieldDataSet] {
    try ["open.hdf5", "1D_CFD_trans.hdf5"].map { name in
      try data(name) {
        $0.samples = 10
        $0.isPeriodic = name == "open.hdf5" ? false : nil
      }
    }
  }

  @Test("a domain with ends is refused to a model of periodic fields, by the file's word or its name")
  func ends() throws {
    for open in try flowsWithEnds() {
      #expect { try loader(of: open) } throws: { "\($0)".contains("not periodic along x") }
    }
  }

  @Test("against a file's name the word of whoever trained on it holds")
  func named() throws {
    let flows = try data("1D_trans_own.hdf5")
    try training.train("own") {
      Self.periodic(&$0)
      $0.data.path = flows.path
    }
    let own = try Checkpoint(reading: training.run("own").last)
    _ = try own.loader(of: training.run("own").last, for: flows, Subsampling(), cacheMemory: nil)
  }

  @Test("training from it on a domain with ends is refused, and no option is named that nobody gave")
  func startingPoint() throws {
    let flows = try flowsWithEnds()
    for open in flows {
      let choice = training.configuration {
        $0.fineTuning.checkpoint = path
        $0.data.path = open.path
      }
      func isRefusal(_ error: any Error) -> Bool {
        guard case .cannotStart(_, let data, let reason)? = error as? CheckpointError else { return false }
        let words = ["not periodic along x", "trained with periodic no, or from new weights"]
        return data == open.path && words.allSatisfy { "\(reason)".contains($0) }
          && !"\(reason)".contains("leave out")
      }
      #expect {
        try choice.startingFromCheckpoint(of: choice)
      } throws: { isRefusal($0) }
    }
    let choice = training.configuration { $0.fineTuning.checkpoint = path }
    var started = try choice.startingFromCheckpoint(of: choice)
    started.data.path = flows[1].path
    let configuration = started
    #expect {
      try TrainingRun(configuration, in: training.run("second"))
    } throws: { "\($0)".contains("relies on periodic fields") }
  }

  @Test("frames that are not as far apart as in training are noted, with the stride that helps")
  func timeSteps() throws {
    #expect(try notes(on: PDEBenchFile(path: training.data)) == [])
    let slow = try data("slow.hdf5") { $0.time = { Double($0) / 10 } }
    let told = try notes(on: slow)
    #expect(told.count == 1 && told[0].contains("slow.hdf5 are 0.1 apart"))
    #expect(told.first?.contains("each predicted frame is 0.05 later") == true)
    #expect(told.first?.contains("reduced-resolution-t") == false)
    let fine = try data("fine.hdf5") { $0.time = { Double($0) / 40 } }
    #expect(try notes(on: fine).first?.contains("reduced-resolution-t 2") == true)
    let uneven = try data("uneven.hdf5") { $0.time = { Double($0 * $0) / 260 } }
    #expect(try notes(on: uneven).first?.contains("not evenly spaced") == true)
    // Trained on uneven frames it knows of no distance.
    let timeless = Checkpoint(
      model: checkpoint.model, parameters: checkpoint.parameters, formulation: checkpoint.formulation,
      statistics: checkpoint.statistics)
    #expect(try timeless.notes(of: path, on: loader(of: slow)).isEmpty)
  }

  @Test("the frames of the training itself are not noted, unless others of them are used")
  func ownTimeSteps() throws {
    let uneven = try data("uneven.hdf5") { $0.time = { Double($0 * $0) / 260 } }
    let slow = try data("slow.hdf5") { $0.time = { Double($0) / 10 } }
    for data in [uneven, slow] {
      // As earlier versions wrote it: the mean interval, or another.
      func notes(_ fingerprint: DataFingerprint?, stride: Int = 1) throws -> [Message] {
        try Checkpoint(
          model: checkpoint.model, parameters: checkpoint.parameters, formulation: checkpoint.formulation,
          fingerprint: fingerprint, statistics: checkpoint.statistics, frameInterval: 0.05
        ).notes(of: path, on: loader(of: data, Subsampling(reducedResolutionTime: stride)))
      }
      let own = try DataFingerprint(of: data)
      #expect(try notes(own).isEmpty)
      #expect(try notes(nil).count == 1)
      #expect(try notes(own, stride: 2).count == 1)
    }
  }

  @Test("a model of which neither scaling nor formulation is known sees fields as they are, which is noted")
  func bareWeights() throws {
    let file = try PDEBenchFile(path: training.data)
    let reading = try loader(of: file)
    func notes(_ formulation: Formulation, _ statistics: VariableStatistics?) -> [String] {
      Checkpoint(
        model: checkpoint.model, parameters: checkpoint.parameters, formulation: formulation,
        statistics: statistics
      ).notes(of: path, on: reading).map { "\($0)" }
    }
    let plain = Formulation(Normalization(nil), initialSteps: 4)
    let told = notes(plain, nil)
    #expect(told.count == 1 && told[0].contains("neither scaling nor formulation"))
    // Trained without scaling it has seen fields as they are.
    #expect(notes(plain, checkpoint.statistics).isEmpty)
    #expect(notes(Formulation(Normalization(nil), initialSteps: 4, increments: [1, 1, 1]), nil).isEmpty)
  }

  @Test("fewer frames than a rollout starts from are refused with both numbers")
  func fewFrames() throws {
    let brief = try data("brief.hdf5") { $0.frames = 2 }
    let error = CheckpointError.tooFewFrames(
      file: path, data: brief.path, inFile: 2, left: 2, initialSteps: 4)
    #expect(throws: error) { try loader(of: brief, given: true) }
    #expect("\(error)".contains("starts from 4 frames, and \(brief.path) has 2; give"))
    let file = try PDEBenchFile(path: training.data)
    #expect {
      try loader(of: file, Subsampling(reducedResolutionTime: 5), given: true)
    } throws: { "\($0)".contains("has 14, of which 3 are used; lower reduced-resolution-t") }
    try loader(of: data("start.hdf5") { $0.frames = 4 }, given: true)
  }

  @Test("points that the model does not take are refused with those that it takes, in training from it, too")
  func points() throws {
    func isRefusal(_ error: any Error) -> Bool {
      let text = "\(error)"
      return text.contains("no fields of 4 points, but of 6; choose another reduced-resolution")
        && !text.contains("modes")
    }
    let file = try PDEBenchFile(path: training.data)
    #expect {
      try loader(of: file, Subsampling(reducedResolution: 8))
    } throws: { isRefusal($0) }
    let choice = training.configuration {
      $0.fineTuning.checkpoint = path
      $0.data.reducedResolution = 8
    }
    let configuration = try choice.startingFromCheckpoint(of: choice)
    #expect {
      try TrainingRun(configuration, in: training.run("second"))
    } throws: { isRefusal($0) }
  }
}

@Suite("A mixture's checkpoint") struct MixtureCheckpointTests {
  private let training: TinyTraining
  private let other: String

  init() throws {
    training = try TinyTraining()
    other = try Self.waves.write(to: training.folder.file("other.hdf5"))
  }

  private static let waves = WaveFile().with {
    $0.samples = 6
    $0.attributes = ["eta": 0.5]
  }

  private func mix(_ configuration: inout TrainingConfiguration) {
    configuration.data.paths = FileNames([training.data, other])
    configuration.data.weights = [1, 1]
    configuration.data.inputs = ["eta"]
    configuration.schedule.epochs = 1
  }

  @Test("is known by its first set, alone or beside the others, and an earlier one by all of them")
  func ownData() throws {
    try training.train("mixed", mix)
    let path = training.run("mixed").last
    let checkpoint = try Checkpoint(reading: path)
    let sets = try training.configuration(mix).data.openSets()
    func alone(_ path: String) throws -> any FieldDataSet {
      try DataFile.open(path, selection: checkpoint.selection)
    }
    try checkpoint.requireOwnData(of: path, sets)
    try checkpoint.requireOwnData(of: path, alone(training.data))
    #expect(throws: CheckpointError.self) { try checkpoint.requireOwnData(of: path, alone(other)) }
    let earlier = Checkpoint(
      model: checkpoint.model, parameters: checkpoint.parameters, formulation: checkpoint.formulation,
      fingerprint: try DataFingerprint(of: sets))
    try earlier.requireOwnData(of: path, sets)
    #expect(throws: CheckpointError.self) { try earlier.requireOwnData(of: path, sets.reversed()) }
  }

  @Test("goes on in no run of which another set than the first was changed")
  func changedSet() throws {
    try training.train("mixed", mix)
    try FileManager.default.removeItem(atPath: other)
    try Self.waves.with { $0.change = { 2 * $3 } }.write(to: other)
    #expect(throws: RunFolderError.self) {
      try TrainingRun(resuming: training.run("mixed"), changing: { $0.schedule.epochs = 2 })
    }
  }

  @Test("predicts nothing that the first set lacks")
  func missingVariable() throws {
    try FileManager.default.removeItem(atPath: other)
    try Self.waves.with { $0.variables = ["density", "temperature"] }.write(to: other)
    let run = try TrainingRun(training.configuration(mix), in: training.run("mixed"))
    let checkpoint = try Checkpoint(reading: training.run("mixed").last)
    let loader = run.sets[0].loader
    let evaluator = try Evaluator(checkpoint, loader: loader, batchSize: 2)
    #expect(loader.variables.map(\.name) == ["density", "pressure", "Vx", "temperature"])
    try evaluator.forEachPrediction(of: [0], checkpoint.parameters) { prediction, _ in
      #expect(prediction.sliced(axis: 2, 3..<4).elements.allSatisfy { $0 == 0 })
    }
  }
}
