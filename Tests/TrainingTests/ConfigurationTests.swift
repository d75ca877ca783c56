import Autodiff
import Foundation
import NeuralOperators
import Optimizers
import Options
import SystemFiles
import TempBalance
import TestSupport
import Testing
import Training

@Suite("Configuration")
struct ConfigurationTests {
  private func read(_ text: String) throws -> TrainingConfiguration {
    let folder = try TemporaryFolder()
    try text.write(toFile: folder.file("c.yaml"), atomically: true, encoding: .utf8)
    return try TrainingConfiguration(layers: [.init(reading: folder.file("c.yaml"))])
  }

  @Test(
    "every option's example is a value of it, in its range, and comes back from YAML",
    arguments: ["fno", "unet", "dpot"], OptimizerRegistry.standard.names)
  func examples(model: String, optimizer: String) throws {
    let chosen = ["model": model, "optimizer": optimizer, "schedule": "step", "loss": "nrmse"]
    var values: [String: OptionText] = [:]
    for option in ConfigurationOptions().all
    where option.declaration.alias == nil && option.kind.map({ $0.name == chosen[option.part] }) != false {
      values[option.name] = option.declaration.example
    }
    for (name, value) in chosen { values[name] = .word(value) }
    // These contradict others.
    for name in ["initial-weights", "weights"] {
      let own = try #require(values[name])
      values[name] = nil
      let files = OptionText.list(["a.hdf5", "b.hdf5"])
      let alone = try TrainingConfiguration(layers: [.init(values: [name: own, "data": files])])
      try alone.validate()
      #expect(try read(alone.yaml()) == alone)
    }
    let configuration = try TrainingConfiguration(layers: [.init(values: values)])
    try configuration.validate()
    #expect(configuration.model.name == model && configuration.optimizer.name == optimizer)
    #expect(configuration.schedule.name == "step" && configuration.loss.name == "nrmse")
    #expect(try read(configuration.yaml()) == configuration)
    #expect(try read(TrainingConfiguration().yaml()) == TrainingConfiguration())
  }

  @Test("numbers keep their bits in YAML", arguments: [0.1 + 0.2, 1e-30, 2.5e-300, 3.4e38, 1.0 / 3, 700])
  func bits(number: Double) throws {
    var configuration = TrainingConfiguration()
    configuration.optimizer.learningRate = number
    configuration.run.seed = .max
    let again = try read(configuration.yaml())
    #expect(again.optimizer.learningRate == number && again.run.seed == .max)
  }

  @Test(
    "numbers with an exponent have a point, without which YAML 1.1 takes them for text",
    arguments: [
      (1e-5, "1.0e-05"), (2.5e-7, "2.5e-07"), (1e16, "1.0e+16"), (1e-3, "0.001"), (1e-4, "0.0001"),
      (12, "12"),
    ] as [(Double, String)])
  func exponents(number: Double, text: String) throws {
    var configuration = TrainingConfiguration()
    configuration.optimizer.learningRate = number
    configuration.data.paths = FileNames(["a.hdf5", "b1e-5.hdf5"])
    configuration.data.weights = [number, 1]
    let yaml = try configuration.yaml()
    for line in ["learning-rate: \(text)\n", "weights: [\(text), 1]\n", "data: [a.hdf5, b1e-5.hdf5]\n"] {
      #expect(yaml.contains(line), "\(line) in \(yaml)")
    }
    #expect(try read(yaml) == configuration)
  }

  @Test("β₂ reaches Adam, with coupled and with decoupled weight decay", arguments: ["adam", "adamw"])
  func secondDecay(name: String) throws {
    let values: [String: OptionText] = ["optimizer": .word(name), "beta2": .word("0.9")]
    let description = try TrainingConfiguration(layers: [.init(values: values)]).optimizer.kind
    let weightDecay: Adam.WeightDecay = name == "adam" ? .coupled(0.1) : .decoupled(0.1)
    // The first step does not depend on β₂.
    func afterTwoSteps(_ optimizer: any Optimizer) -> Parameters {
      var (optimizer, parameters) = (optimizer, Parameters([("w", GradientCheck.random([5]))]))
      for step in 1...2 {
        let gradients = Parameters([("w", GradientCheck.random([5], index: step))])
        optimizer.update(&parameters, gradients: gradients) { _ in 0.1 }
      }
      return parameters
    }
    let found = afterTwoSteps(description.optimizer(for: OptimizerTask(weightDecay: 0.1)))
    #expect(found == afterTwoSteps(Adam(weightDecay: weightDecay, decayRates: (0.9, 0.9))))
    #expect(found != afterTwoSteps(Adam(weightDecay: weightDecay)))
  }

  @Test(
    "options have names of their own, or share one with another kind's, and a sentence of help; parts are the file's"
  )
  func declarations() {
    let options = ConfigurationOptions()
    for option in options.all {
      let others = options[option.name]
      #expect(Set(others.map(\.part)) == [option.part], "\(option.name)")
      #expect(others.count == 1 || others.allSatisfy { $0.kind != nil }, "\(option.name)")
      #expect(ConfigurationOptions.parts.contains(option.part))
      #expect(option.declaration.help.description.hasSuffix("."), "\(option.name)")
      #expect(option.declaration.example != .nothing, "\(option.name)")
    }
  }

  @Test("files of version 0.1, without parts, are read as they were")
  func flat() throws {
    let folder = try TemporaryFolder()
    let text = """
      pdeop-version: 0.1.0
      data: line.hdf5
      model: unet
      modes: [4]
      width: 6
      init-features: 2
      padding: zeros
      pad: false
      initial-steps: 4
      reduced-batch: 2
      noise: 0.001
      optimizer: adamw
      learning-rate: 0.00123
      schedule: cosine
      tempbalance: 'off'
      tempbalance-kinds: [linear, spectral]
      seed: 18446744073709551615
      """
    try text.write(toFile: folder.file("c.yaml"), atomically: true, encoding: .utf8)
    let layer = try TrainingConfiguration.Layer(reading: folder.file("c.yaml"))
    #expect(layer.isFlat)
    let configuration = try TrainingConfiguration(layers: [layer])
    #expect(configuration.model.description as? UNet.Description == UNet.Description(initialFeatures: 2))
    #expect(configuration.data.path == "line.hdf5" && configuration.data.reducedBatch == 2)
    #expect(configuration.optimizer.name == "adamw" && configuration.optimizer.learningRate == 0.00123)
    #expect(
      configuration.schedule.name == "cosine" && configuration.tempbalance.kinds == [.linear, .spectral])
    #expect(configuration.run.seed == .max)
    // The other model's values are there for whoever chooses it.
    let other = try TrainingConfiguration(layers: [layer, .init(values: ["model": .word("fno")])])
    #expect(other.model.description as? FNO.Description == FNO.Description(modes: [4], width: 6))
    #expect(try !TrainingConfiguration.Layer(reading: write(configuration.yaml(), in: folder)).isFlat)
  }

  private func write(_ text: String, in folder: TemporaryFolder) throws -> String {
    try text.write(toFile: folder.file("d.yaml"), atomically: true, encoding: .utf8)
    return folder.file("d.yaml")
  }

  @Test("what stands in the wrong place or twice is refused, and names that were meant are told")
  func mistakes() throws {
    let cases: [(text: String, words: [String])] = [
      ("loss: {epochs: 3}", ["epochs under loss", "under schedule"]),
      ("schedule: {epoch: 3}", ["'epoch'", "not an option", "epochs"]),
      ("epochs: 3\nschedule: {epochs: 4}", ["epochs twice"]),
      ("data: {ratio: 0.5, reduced-batch: 2}", ["ratio and reduced-batch", "one of them"]),
      ("modle: {model: fno}", ["'modle'", "model"]),
    ]
    for (text, words) in cases {
      let error = try #require(throws: ConfigurationError.self) { try read(text) }
      for word in words { #expect(error.description.contains(word), "\(error)") }
    }
  }

  @Test("anchors and aliases are refused, however many nodes they stand for")
  func anchors() throws {
    let doubling =
      "a0: &a0 [x, x]\n" + (1..<60).map { "a\($0): &a\($0) [*a\($0 - 1), *a\($0 - 1)]\n" }.joined()
    let cases: [(text: String, line: Int)] = [
      (doubling, 6), (doubling + "? *a59\n: x", 6), ("epochs: 3\nseed: &s 1", 2),
      ("optimizer: {momentum: &m 1}\nschedule: {epochs: *m}", 1), ("epochs: 3\n&e seed: 1", 2),
    ]
    for (text, line) in cases {
      let error = try #require(throws: ConfigurationError.self) { try read(text) }
      #expect(error.description.contains("line \(line): anchors and aliases"), "\(error)")
    }
    // What is no alias is not taken for one.
    let text = "# * a *b *c *d *e *f *g\ndata: {data: 'x *y &z'}\noptimizer: {momentum: 0.5}"
    #expect(try read(text).data.path == "x *y &z")
    let pattern = String(repeating: "*a", count: 20)
    #expect(try read("data: {data: 'f\(pattern)'}").data.path == "f\(pattern)")
  }

  @Test("the later of two ways to thin the samples wins")
  func thinning() throws {
    let ratio = TrainingConfiguration.Layer(values: ["ratio": .word("0.1")])
    let stride = TrainingConfiguration.Layer(values: ["reduced-batch": .word("3")])
    #expect(try TrainingConfiguration(layers: [ratio, stride]).data.reducedBatch == 3)
    #expect(try TrainingConfiguration(layers: [stride, ratio]).data.reducedBatch == 10)
    var base = TrainingConfiguration()
    base.data.reducedBatch = 7
    #expect(try TrainingConfiguration(layers: [ratio], over: base).data.reducedBatch == 10)
    #expect(try TrainingConfiguration(layers: [], over: base) == base)
  }

  @Test("an option of another model is named with the models that have it")
  func otherModel() throws {
    let layer = TrainingConfiguration.Layer(values: ["width": .word("4"), "model": .word("unet")])
    let configuration = try TrainingConfiguration(layers: [layer])
    #expect(
      throws: ConfigurationError.otherKind(
        key: "width", choice: "model", kinds: ["fno", "dpot"], chosen: "unet")
    ) { try configuration.requireOwnOptions(in: layer) }
  }

  @Test("so is an option of another optimizer or schedule; a file may hold it for whoever chooses that")
  func otherKind() throws {
    let layer = TrainingConfiguration.Layer(values: [
      "momentum": .word("0.5"), "second-moment": .word("separate"), "schedule": .word("constant"),
    ])
    let configuration = try TrainingConfiguration(layers: [layer])
    #expect((configuration.optimizer.kind as? Adam.Description)?.secondMoment == .separate)
    #expect(
      throws: ConfigurationError.otherKind(
        key: "momentum", choice: "optimizer", kinds: ["sgd"], chosen: "adam")
    ) { try configuration.requireOwnOptions(in: layer) }
    let other = try TrainingConfiguration(layers: [layer, .init(values: ["optimizer": .word("sgd")])])
    #expect((other.optimizer.kind as? StochasticGradientDescent.Description)?.momentum == 0.5)
    let step = TrainingConfiguration.Layer(values: ["schedule-step": .word("3")])
    let constant = try TrainingConfiguration(layers: [step, layer])
    #expect(
      throws: ConfigurationError.otherKind(
        key: "schedule-step", choice: "schedule", kinds: ["step"], chosen: "constant")
    ) { try constant.requireOwnOptions(in: step) }
    #expect(throws: ConfigurationError.self, "a value of another kind is read all the same") {
      try TrainingConfiguration(layers: [.init(values: ["momentum": .word("much")])])
    }
  }

  @Test(
    "an option that changes nothing as long as another is as it is names that one",
    arguments: [
      (["tempbalance-scale": "2"], "tempbalance"), (["tempbalance-shuffle": "false"], "tempbalance"),
      (["tempbalance": "sigmoid", "tempbalance-lowest": "0.3"], "tempbalance linear"),
      (["tempbalance": "linear", "tempbalance-steepness": "3"], "tempbalance sigmoid"),
      (["tempbalance": "linear", "tempbalance-scale-below": "1"], "tempbalance sigmoid"),
      (
        ["tempbalance": "sigmoid", "tempbalance-fit": "peak", "tempbalance-xmin-pos": "3"],
        "tempbalance-fit median"
      ),
      (["noise-unit": "norm"], "noise"),
    ])
  func withoutUse(values: [String: String], needed: String) throws {
    let layer = TrainingConfiguration.Layer(values: values.mapValues { .word($0) })
    let configuration = try TrainingConfiguration(layers: [layer])
    try configuration.validateValues()
    let error = #expect(throws: ConfigurationError.self) { try configuration.requireUse(of: layer) }
    let message = try #require(error).description
    #expect(message.contains("changes nothing") && message.contains("give \(needed)"), "\(message)")
  }

  @Test("options that go together are of use, wherever the other comes from")
  func withUse() throws {
    let given = TrainingConfiguration.Layer(values: [
      "tempbalance-scale": .word("2"), "tempbalance-lowest": .word("0.3"), "noise-unit": .word("norm"),
    ])
    let below = TrainingConfiguration.Layer(values: ["tempbalance": .word("linear"), "noise": .word("0.1")])
    try TrainingConfiguration(layers: [below, given]).requireUse(of: given)
    try TrainingConfiguration().requireUse(of: .init(values: ["tempbalance": .word("off")]))
  }

  @Test("scores are read by the names that they had before 0.2")
  func oldScores() throws {
    for (name, score) in [
      ("spectral-norm", LayerScore.largestEigenvalue), ("frobenius-norm", .squaredFrobeniusNorm),
    ] {
      let configuration = try read("tempbalance: {tempbalance-score: \(name)}")
      #expect(configuration.tempbalance.score == score)
      #expect(try read(configuration.yaml()) == configuration)
    }
  }

  @Test("the schema allows what is read and nothing else")
  func schema() throws {
    let text = try ConfigurationSchema.text()
    let schema = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let parts = try #require(schema["properties"] as? [String: Any])
    #expect(Set(parts.keys) == Set(ConfigurationOptions.parts + ["pdeop-version"]))
    for option in ConfigurationOptions().all {
      let part = try #require(parts[option.part] as? [String: Any])
      #expect(part["additionalProperties"] as? Bool == false)
      let properties = try #require(part["properties"] as? [String: Any])
      let entry = try #require(properties[option.name] as? [String: Any], "\(option.name)")
      #expect((entry["description"] as? String)?.isEmpty == false)
    }
    let optimizer = try #require((parts["optimizer"] as? [String: Any])?["properties"] as? [String: Any])
    let rate = try #require(optimizer["learning-rate"] as? [String: Any])
    #expect(rate["type"] as? String == "number" && rate["default"] as? Double == 0.001)
    #expect(rate["exclusiveMinimum"] as? Double == 0)
    let kind = try #require(optimizer["optimizer"] as? [String: Any])
    #expect(kind["enum"] as? [String] == ["adam", "adamw", "sgd", "adafactor"])
  }
}
