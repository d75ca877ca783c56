import Autodiff
import FieldMetrics
import Foundation
import NeuralOperators
import Options
import Optimizers
import PDEData
import Safetensors
import TensorCore
import TestSupport
import Testing
import Training

@Suite("Training a U-Net") struct UNetTrainingTests {
  private let model = UNet(dimensions: 1, initialFeatures: 2, initialSteps: 3, variables: 2)
  private let frames = GradientCheck.random([3, 8, 2, 32], seed: 4)

  private var rollout: Rollout {
    Rollout(model: model, grid: Tensor((0..<32).map { Float($0) / 32 }, shape: [1, 32]))
  }

  private func frame(_ time: Int, of frames: Tensor) -> Variable {
    Variable(frames.sliced(axis: 1, time..<time + 1).reshaped([3, 2, 32]))
  }

  @Test("every step of a rollout is in training mode and moves the running statistics, differentiated or not")
  func rolloutInTraining() {
    let parameters = model.initialParameters(seed: 3)
    let tape = Tape()
    let traced = TracedParameters(parameters, watchedBy: tape, buffers: model.buffers)
    let loss = rollout.loss(on: frames, unroll: 2, traced)
    let buffers = traced.buffers?.values ?? Parameters()
    #expect(buffers["bottleneck.bottlenecknorm2.num_batches_tracked"].scalar == 5)

    // The same, step by step: a copy of the buffers goes from each pass to the next.
    var state = parameters
    var window = (0..<3).map { frame($0, of: frames) }
    var expected = 0.0
    for time in 3..<8 {
      let one = TracedParameters(state, watchedBy: Tape(), buffers: model.buffers)
      let next = model.nextFrame(after: window, grid: rollout.grid, one).detached
      if time >= 6 {
        expected += Double(next.meanSquaredError(to: frame(time, of: frames).value).value.scalar)
      }
      window = window.dropFirst() + [next]
      state.replace(with: one.buffers?.values ?? Parameters())
    }
    #expect(abs(Double(loss.value.scalar) / expected - 1) < 1e-5)
    for (name, tensor) in buffers {
      #expect(tensor == state[name], "\(name)")
      #expect(tensor != parameters[name], "\(name)")
    }
    // Weights as constants are in evaluation mode, which predicts otherwise.
    #expect(rollout.loss(on: frames, unroll: 2, TracedParameters(constants: parameters)).value != loss.value)
  }

  private func configuration(_ configuration: inout TrainingConfiguration) {
    configuration.model.description = UNet.Description(initialFeatures: 2)
    configuration.loss.unroll = 4
    configuration.tempbalance.method = .sigmoid
    configuration.tempbalance.minimumEigenvalues = 1
  }

  @Test(
    "a run that is stopped within an epoch goes on to the same bits, running statistics included",
    arguments: ["adam", "adafactor"])
  func resuming(optimizer: String) throws {
    let training = try TinyTraining()
    let configuration: (inout TrainingConfiguration) -> Void = {
      self.configuration(&$0)
      $0.choose(optimizer: optimizer)
      $0.optimizer.samRho = optimizer == "adafactor" ? 0.05 : nil
    }
    try training.train("whole", configuration)
    try training.train("part", training.configuration(configuration), stoppedAfter: 6)
    #expect(try training.weights("part") == training.weights("whole"))
    #expect(try training.steps("part").map(\.loss) == training.steps("whole").map(\.loss))

    let checkpoint = try Checkpoint(reading: training.run("whole").last)
    #expect(checkpoint.model is UNet)
    // Three epochs of four steps, each with ten predicted frames; those of SAM's second gradient are not counted.
    #expect(checkpoint.parameters["encoder1.enc1norm1.num_batches_tracked"].scalar == 120)
    let layers = Set(try training.layers("whole").map(\.layer.name))
    #expect(layers.count == 19 && layers.contains("bottleneck.bottleneckconv1") && layers.contains("conv"))
    #expect(!layers.contains { $0.contains("norm") || $0.contains("upconv") })
  }

  @Test("neither the optimizer nor weight decay touches the running statistics")
  func decay() throws {
    let training = try TinyTraining()
    func statistics(_ name: String, _ change: (inout TrainingConfiguration) -> Void) throws -> Parameters {
      try training.train(name) {
        configuration(&$0)
        $0.schedule.epochs = 1
        // With a rate that moves nothing, only the passes themselves change anything.
        $0.optimizer.learningRate = 1e-30
        change(&$0)
      }
      let checkpoint = try Checkpoint(reading: training.run(name).last)
      return Parameters(checkpoint.parameters.filter { checkpoint.model.buffers.contains($0.name) })
    }
    let plain = try statistics("plain") { $0.optimizer.weightDecay = 0 }
    for optimizer in OptimizerRegistry.standard.names {
      let decayed = try statistics(optimizer) {
        $0.choose(optimizer: optimizer)
        $0.optimizer.weightDecay = 10
      }
      #expect(decayed == plain, "\(optimizer)")
    }
    let sharpnessAware = try statistics("sam") { $0.optimizer.samRho = 0.3 }
    #expect(sharpnessAware == plain, "the neighbor's statistics are not kept")
  }

  @Test("on request a normalization trains at the rate of the convolution before it")
  func normalizationFollows() throws {
    let training = try TinyTraining()
    let weights = try [false, true].map { follows in
      try training.train("\(follows)") {
        configuration(&$0)
        $0.schedule.epochs = 1
        $0.data.batchSize = 100
        $0.tempbalance.normalizationFollows = follows
      }
      return try Checkpoint(reading: training.run("\(follows)").last).parameters
    }
    let rates = Dictionary(
      try training.layers("true").map { ($0.layer.name, $0.learningRate) }, uniquingKeysWith: { $1 })
    for (name, tensor) in weights[0] {
      guard name.hasSuffix("norm1.weight") else {
        if !name.contains("norm") { #expect(weights[1][name] == tensor, "\(name)") }
        continue
      }
      // The first step of Adam moves each weight by its rate, whatever the gradient.
      let convolution = name.replacing("norm1.weight", with: "conv1")
      let rate = try #require(rates[convolution])
      for (alone, following) in zip(tensor.elements, weights[1][name].elements) {
        #expect(abs(abs(alone - 1) / 1e-3 - 1) < 1e-2)
        #expect(abs(abs(following - 1) / Float(rate) - 1) < 1e-2, "\(name)")
      }
    }
    #expect(rates.values.contains { abs($0 / 1e-3 - 1) > 0.1 })
  }

  @Test("a checkpoint says how fields are padded, and weights without metadata are recognized")
  func recognition() throws {
    let folder = try TemporaryFolder()
    let padded = UNet(
      dimensions: 2, initialFeatures: 3, initialSteps: 2, variables: 4, padding: .periodic, padsFields: true)
    let checkpoint = Checkpoint(
      model: padded, parameters: padded.initialParameters(seed: 1),
      formulation: Formulation(Normalization(nil), initialSteps: 2))
    try checkpoint.write(to: folder.file("padded.safetensors"))
    let read = try Checkpoint(reading: folder.file("padded.safetensors"))
    #expect(read.model.metadata == padded.metadata)
    #expect(read.parameters == checkpoint.parameters)

    func rewritten(
      _ metadata: [String: String], _ change: (Parameters.Element) -> Tensor = { $0.tensor }
    ) throws -> Checkpoint {
      let path = folder.file("rewritten.safetensors")
      try SafetensorsFile.write(
        checkpoint.parameters.map { ($0.name, change($0)) }, metadata: metadata, to: path)
      return try Checkpoint(reading: path)
    }
    let bare = try #require(try rewritten([:]).model as? UNet)
    #expect(bare.metadata["model"] == "unet2d" && bare.initialFeatures == 3 && bare.initialSteps == 2)
    #expect(bare.padding == .zeros && !bare.padsFields)
    for (key, value) in [("init_features", "4"), ("model", "fno2d"), ("initial_steps", "3")] {
      #expect(throws: CheckpointError.self) { try rewritten([key: value]) }
    }
    #expect(throws: CheckpointError.self) { try rewritten(["padding": "mirror"]) }
    // A first layer that claims more features than the rest has.
    #expect(throws: CheckpointError.self) {
      try rewritten([:]) {
        $0.name == "encoder1.enc1conv1.weight" ? .zeros([90_000, 8, 3, 3]) : $0.tensor
      }
    }
  }

  @Test("persistence repeats the last given frame")
  func persistence() throws {
    let folder = try TemporaryFolder()
    let wave = WaveFile()
    try wave.write(to: folder.file("line.hdf5"))
    let loader = try BatchLoader(PDEBenchFile(path: folder.file("line.hdf5")))
    let found = try PersistenceForecast.evaluate([0, 1, 2], of: loader, initialSteps: 4, batchSize: 2).metrics
    var accumulator = MetricsAccumulator(shape: loader.sampleShape, initialSteps: 4)
    for sample in 0..<3 {
      let target = wave.sample(sample)
      var prediction = target
      for frame in 4..<14 {
        for variable in 0..<3 {
          for point in 0..<32 { prediction[frame, variable, point] = target[3, variable, point] }
        }
      }
      let shape = [1] + target.shape
      accumulator.add(prediction: prediction.reshaped(shape), target: target.reshaped(shape))
    }
    #expect(found == accumulator.metrics)
    #expect(found.samples == 3 && found.predictedNRMSE > 0.1)
  }
}
