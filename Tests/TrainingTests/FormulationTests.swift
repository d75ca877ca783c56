import Autodiff
import FieldMetrics
import Foundation
import NeuralOperators
import Optimizers
import Options
import PDEData
import Safetensors
import Symmetries
import SystemFiles
import TensorCore
import TestSupport
import Testing

import Training

@Suite("The formulation of what a model learns") struct FormulationTests {
  /// All that the low-data recipe uses.
  static func lowData(_ configuration: inout TrainingConfiguration) {
    configuration.formulation.predict = .increment
    configuration.formulation.history = 2
    configuration.formulation.periodic = .yes
    configuration.formulation.canonical = .auto
    configuration.formulation.augment = .auto
    configuration.formulation.symmetrize = true
    configuration.formulation.conserve = .auto
    configuration.loss.kind = NormalizedErrorLoss.Description()
    configuration.loss.window = 3
    configuration.optimizer.averageWeights = 0.9
    configuration.schedule.kind = .oneCycle
    configuration.model.description = FNO.Description(modes: [4], width: 6, hasResidualBlocks: true)
  }

  @Test("a training in it stops and goes on to the same bits, at any number of threads")
  func resuming() throws {
    let training = try TinyTraining()
    try training.train("whole") {
      Self.lowData(&$0)
      $0.run.threads = 1
    }
    let configuration = training.configuration {
      Self.lowData(&$0)
      $0.run.threads = 3
    }
    try training.train("stopped", configuration, stoppedAfter: 6)
    #expect(try training.weights("stopped") == training.weights("whole"))
  }

  @Test("windows do not move with the flow where frames are not evenly spaced in time")
  func unevenTimes() throws {
    let training = try TinyTraining(WaveFile().with { $0.time = { Double($0 * $0) / 100 } })
    let error = #expect(throws: ConfigurationError.self) { try training.train("refused", Self.lowData) }
    #expect(error.map { "\($0)".contains("not evenly spaced in time") } == true)
    try training.train("unmoved") {
      Self.lowData(&$0)
      $0.formulation.canonical = .list([.logarithms, .scales])
    }
    let recipe = try LowDataRecipe(for: training.configuration { $0.formulation.periodic = .yes })
    #expect(recipe.configuration.formulation.canonical == .list([.scales, .logarithms]))
    #expect(recipe.configuration.loss.window == 8)
    #expect(try Checkpoint(reading: training.run("unmoved").last).frameInterval == nil)
  }

  @Test("a checkpoint whose symmetries are of fields with other inputs is refused")
  func otherInputs() throws {
    let flow = Flow()
    var formulation = try flow.formulation()
    var system = flow.system
    formulation.symmetries = system
    #expect(formulation.record(history: 2)?.flaw(for: flow.model) == nil)
    (system.inputs, system.inputCharacters) = (["eta"], [VariableCharacter()])
    formulation.symmetries = system
    #expect(formulation.record(history: 2)?.flaw(for: flow.model)?.contains("other inputs") == true)
  }

  @Test("a checkpoint keeps it: its evaluation is the run's")
  func checkpoint() throws {
    let training = try TinyTraining()
    let summary = try training.train("run", Self.lowData)
    let checkpoint = try Checkpoint(reading: training.run("run").last)
    #expect(checkpoint.formulation.initialSteps == 4)
    #expect(checkpoint.model.initialSteps == 2)
    #expect(checkpoint.model.staticInputs == 1)
    #expect(checkpoint.formulation.canonical?.parts == CanonicalPart.allCases)
    let loader = try BatchLoader(PDEBenchFile(path: training.data))
    let evaluator = try Evaluator(checkpoint, loader: loader, batchSize: 3)
    let found = try evaluator.evaluate([0], checkpoint.parameters).metrics
    #expect(found == summary.metrics)
  }

  /// Random frames of a flow, and a formulation for them with an untrained model.
  private struct Flow {
    let system: FieldSystem
    let model: FNO
    let parameters: Parameters
    let times = (0..<6).map { Double($0) / 20 }
    let frames: Tensor

    init() {
      let waves = WaveFile()
      frames = Tensor.concatenated(
        (0..<2).map { waves.sample($0).sliced(axis: 0, 0..<6).addingSampleAxis }, axis: 0)
      system = Self.system
      model = FNO(
        modes: [4], width: 6, initialSteps: 2, variables: 3, staticInputs: 1, boundary: .periodic,
        hasResidualBlocks: true)
      parameters = model.initialParameters(seed: 2)
    }

    static let system: FieldSystem = {
      var system = FieldSystem(
        variables: ["density", "pressure", "Vx"],
        characters: [.density, .pressure, .velocity(axis: 0)],
        axes: [FieldSystem.Axis("x", points: 32, length: 1, isPeriodic: true, startsAtEnd: true)],
        gamma: 5.0 / 3)
      system.symmetries = [.reflection(axis: 0), .translation, .boost, .scaling]
      system.conserved = [.mass, .momentum, .energy]
      return system
    }()

    func formulation(conserves: Bool = false) throws -> Formulation {
      let scales = VariableStatistics(
        variables: system.variables, mean: [0.1, -0.1, 0], standardDeviation: [0.3, 0.2, 0.5])
      return Formulation(
        Normalization(scales), initialSteps: 3, increments: [0.1, 0.2, 0.3],
        canonical: try CanonicalForm(for: system), numbers: .init(mean: [0], scale: [1]),
        conservation: conserves ? try Conservation(for: system) : nil)
    }

    func predictions(_ formulation: Formulation, after frames: Tensor) -> Tensor {
      let formulated = FormulatedFrames(formulation, frames, first: 3, times: times, inputs: nil)
      let rollout = Rollout(model: model, grid: Tensor((0..<32).map { Float($0) / 32 }, shape: [1, 32]))
      var predicted: [Tensor] = []
      rollout.predict(
        3..<6, inputs: formulated.inputs, parameters, given: formulated.frame,
        step: { formulated.next($0, after: $1, $2) }
      ) { predicted.append(formulated.restored($1, $0)) }
      return Tensor.concatenated(predicted.map(\.addingTimeAxis), axis: 1)
    }
  }

  @Test("what a model predicts for a flow seen by a moving observer is its prediction, seen by him")
  func boosts() throws {
    let flow = Flow()
    let formulation = try flow.formulation()
    let plain = flow.predictions(formulation, after: flow.frames)
    // Five cells a frame: a shift of whole cells rounds nothing.
    let (cells, speed) = (5, Float(5.0 / 32 * 20))
    func boosted(_ frames: Tensor, from first: Int) -> Tensor {
      let elements = frames.elements
      let (count, points) = (frames.shape[1], 32)
      return Tensor(
        elements.indices.map { index in
          let (point, variable) = (index % points, index / points % 3)
          let frame = index / (3 * points) % count + first
          let source = ((point - cells * frame) % points + points) % points
          return elements[index - point + source] + (variable == 2 ? speed : 0)
        }, shape: frames.shape)
    }
    let moving = flow.predictions(formulation, after: boosted(flow.frames, from: 0))
    #expect(largestDifference(moving, boosted(plain, from: 3)) < 2e-3)
    #expect(largestDifference(moving, plain) > 1)
  }

  @Test("a flow with twice the density and pressure is predicted as twice that")
  func scaling() throws {
    let flow = Flow()
    let formulation = try flow.formulation()
    func doubled(_ frames: Tensor) -> Tensor {
      let elements = frames.elements
      return Tensor(
        elements.indices.map { elements[$0] * ($0 / 32 % 3 < 2 ? 2 : 1) }, shape: frames.shape)
    }
    let plain = flow.predictions(formulation, after: flow.frames)
    let other = flow.predictions(formulation, after: doubled(flow.frames))
    #expect(largestDifference(other, doubled(plain)) < 1e-4)
  }

  @Test("with conservation each predicted frame has the totals of the last given one")
  func conservation() throws {
    let flow = Flow()
    let formulation = try flow.formulation(conserves: true)
    let conservation = try #require(formulation.conservation)
    let start = conservation.totals(of: flow.frames.frame(2))
    let predicted = flow.predictions(formulation, after: flow.frames)
    let free = flow.predictions(try flow.formulation(), after: flow.frames)
    for time in 0..<3 {
      let totals = conservation.totals(of: predicted.frame(time))
      for sample in 0..<2 {
        #expect(abs(totals.masses[sample][0] / start.masses[sample][0] - 1) < 1e-5)
        #expect(abs(totals.momenta[sample][0] - start.momenta[sample][0]) < 1e-4)
        #expect(abs(totals.energies[sample] / start.energies[sample] - 1) < 1e-5)
      }
      let others = conservation.totals(of: free.frame(time))
      #expect(abs(others.masses[0][0] / start.masses[0][0] - 1) > 1e-4)
    }
  }

  @Test("the step to the next frame has the right gradient", arguments: [false, true])
  func gradient(conserves: Bool) throws {
    let flow = Flow()
    let formulated = FormulatedFrames(
      try flow.formulation(conserves: conserves), flow.frames, first: 3, times: flow.times, inputs: nil)
    let inputs = [
      GradientCheck.random([2, 3, 32], index: 1), GradientCheck.random([2, 3, 32], index: 2),
    ]
    #expect(GradientCheck.error(at: inputs) { formulated.next($0[0], after: $0[1], 3) } < 2e-3)
    #expect(GradientCheck.error(at: [inputs[0]]) { formulated.units(3).restored($0[0]) } < 2e-3)
  }

  @Test("a prediction that is averaged over the reflections of a flow is reflected with it")
  func symmetrization() throws {
    let training = try TinyTraining()
    try training.train("run") {
      Self.lowData(&$0)
      $0.formulation.augment = .none
    }
    let checkpoint = try Checkpoint(reading: training.run("run").last)
    let file = try PDEBenchFile(path: training.data)
    let system = try #require(checkpoint.formulation.symmetries)
    let mirror = SymmetryGroup.elements(of: system)[1]
    func predicted(_ data: any FieldDataSet) throws -> Tensor {
      var result: Tensor?
      try Evaluator(checkpoint, loader: BatchLoader(data), batchSize: 3)
        .forEachPrediction(of: [0, 1], checkpoint.parameters) { prediction, _ in result = prediction }
      return try #require(result)
    }
    let mirrored = try predicted(MirroredDataSet(original: file, mirror: mirror))
    #expect(largestDifference(mirrored, mirror(try predicted(file))) < 1e-4)
  }

  @Test(
    "what the data do not have is refused with the reason",
    arguments: [
      ("history", "history is more"), ("window", "too few for windows"),
      ("boost", "not known whether x is periodic"),
      ("conserve", "not known whether x is periodic"), ("exchange", "no y"), ("kind", "'nonsense'"),
    ])
  func refusals(mistake: String, words: String) throws {
    let training = try TinyTraining()
    let error = #expect(throws: ConfigurationError.self) {
      try training.train("refused") {
        switch mistake {
        case "history": $0.formulation.history = 5
        case "window": $0.loss.window = 13
        case "boost": $0.formulation.canonical = .list([.galilean])
        case "conserve": $0.formulation.conserve = .list([.mass])
        case "exchange": $0.formulation.augment = .list([.exchange(0, 1)])
        default: $0.formulation.variableKinds = ["Vx=nonsense"]
        }
      }
    }
    #expect(
      error?.description.contains(words.replacing("history is", with: "history 5 is")) == true,
      "\(String(describing: error))")
    #expect(!FileManager.default.fileExists(atPath: training.run("refused").path))
  }

  @Test("a checkpoint is evaluated on another grid, and refused where that lacks what its form needs")
  func otherGrid() throws {
    let training = try TinyTraining()
    try training.train("run", Self.lowData)
    let path = training.run("run").last
    let checkpoint = try Checkpoint(reading: path)
    let file = try PDEBenchFile(path: training.data)
    func loader(stride: Int) throws -> BatchLoader {
      try checkpoint.loader(
        of: path, for: file, Subsampling(reducedResolution: stride, testSamples: 1), cacheMemory: nil)
    }
    let coarse = try loader(stride: 2)
    let evaluator = try Evaluator(checkpoint, loader: coarse, batchSize: 3)
    #expect(try evaluator.evaluate([0], checkpoint.parameters).metrics.rmse.isFinite)
    // 32 points do not come out even by three, so that these are no longer periodic.
    #expect(throws: CheckpointError.self) { try loader(stride: 3) }
  }

  @Test("a checkpoint whose formulation was changed is refused")
  func damagedFormulation() throws {
    let training = try TinyTraining()
    try training.train("run", Self.lowData)
    let (path, copy) = (training.run("run").last, training.folder.file("changed.safetensors"))
    let (file, checkpoint) = (try SafetensorsFile(reading: path), try Checkpoint(reading: path))
    let weights = try file.names.map { (name: $0, tensor: try file.tensor(named: $0)) }
    func read(_ formulation: String) throws -> Checkpoint {
      let metadata = file.metadata.merging(["formulation": formulation]) { $1 }
      try SafetensorsFile.write(weights, metadata: metadata, to: copy)
      return try Checkpoint(reading: copy)
    }
    let text = try #require(file.metadata["formulation"])
    #expect(try read(text).formulation == checkpoint.formulation)
    let conservation = try #require(text.range(of: "\"conservation\":"))
    var others = checkpoint.formulation
    others.symmetries?.inputs = ["eta"]
    others.symmetries?.inputCharacters = [VariableCharacter()]
    let otherInputs = try JSONEncoder().encode(#require(others.record(history: 2)))
    for (changed, reason) in [
      (
        text.replacing("\"initial_steps\":4", with: "\"initial_steps\":1"),
        "it gives a rollout 1 frames, and the model sees 2"
      ),
      (
        text.replacing(
          "\"axis\":0", with: "\"axis\":7", subrange: conservation.upperBound..<text.endIndex,
          maxReplacements: 1), "it is in no known form"
      ),
      (String(decoding: otherInputs, as: UTF8.self), "its symmetries are of fields with other inputs"),
    ] {
      #expect(changed != text)
      #expect(throws: CheckpointError.formulation(file: copy, reason: reason)) { try read(changed) }
    }
  }

  @Test("a form or a conservation law of axes or variables that are not there is refused as it is read")
  func damagedForms() throws {
    // What a checkpoint from elsewhere says is checked before it is used as a place in memory.
    let form = try JSONEncoder().encode(CanonicalForm(for: Flow.system))
    let conserved = try JSONEncoder().encode(Conservation(for: Flow.system))
    #expect(try JSONDecoder().decode(CanonicalForm.self, from: form) == CanonicalForm(for: Flow.system))
    #expect(try JSONDecoder().decode(Conservation.self, from: conserved) == Conservation(for: Flow.system))
    for (from, to) in [
      ("\"points\":32", "\"points\":-1"), ("\"axis\":0", "\"axis\":7"), ("\"Vx\"", "\"Vx\",\"more\""),
    ] {
      for data in [form, conserved] {
        let text = String(decoding: data, as: UTF8.self)
        #expect(text.contains(from))
        let changed = Data(text.replacing(from, with: to).utf8)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(CanonicalForm.self, from: changed) }
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(Conservation.self, from: changed) }
      }
    }
  }

  @Test("as many increments as the model has variables are needed")
  func wrongIncrements() {
    let flow = Flow()
    var record = Formulation.Record(initialSteps: 3)
    record.increments = [1, 1, 1]
    #expect(record.flaw(for: flow.model) == nil)
    record.increments = [1]
    #expect(record.flaw(for: flow.model)?.contains("increments") == true)
  }

  @Test("the windows of a batch begin at a place of each sample's own")
  func windows() {
    let frames = Tensor((0..<2 * 6 * 2).map(Float.init), shape: [2, 6, 1, 2])
    let windows = frames.windows(from: [3, 0], count: 2)
    #expect(windows.shape == [2, 2, 1, 2] && windows.elements == [6, 7, 8, 9, 12, 13, 14, 15])
  }

  @Test("unrolled steps grow evenly over the epochs, and are written as they are read")
  func unrolledSteps() {
    let steps = UnrolledSteps(2, to: 4)
    #expect((0..<6).map { steps.steps(epoch: $0, of: 6) } == [2, 2, 3, 3, 4, 4])
    #expect((0..<3).map { UnrolledSteps(3, to: 1).steps(epoch: $0, of: 3) } == [3, 2, 1])
    for text in ["8", "2..8"] { #expect(UnrolledSteps(.word(text))?.text == .word(text)) }
    for text in ["", "2..", "..3", "1..2..3", "a"] { #expect(UnrolledSteps(.word(text)) == nil, "\(text)") }
  }
}

/// A data set seen in a mirror.
private struct MirroredDataSet: FieldDataSet {
  let original: any FieldDataSet
  let mirror: SymmetryElement
  var path: String { original.path }
  var variables: [FieldVariable] { original.variables }
  var axes: [FieldAxis] { original.axes }
  var times: [Double] { original.times }
  var samples: Int { original.samples }

  func read(_ slab: FieldSlab, into target: inout MutableSpan<Float>) throws {
    var values = [Float](repeating: 0, count: target.count)
    var span = values.mutableSpan
    try original.read(slab, into: &span)
    let mirrored = mirror(Tensor(values, shape: slab.shape(of: spatialShape))).elements
    for index in mirrored.indices { target[index] = mirrored[index] }
  }
}

extension Tensor {
  /// `[1, …]` of `[…]`.
  fileprivate var addingSampleAxis: Tensor { reshaped([1] + shape) }
}
