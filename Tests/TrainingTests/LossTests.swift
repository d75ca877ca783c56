import Autodiff
import Foundation
import Options
import PDEData
import TensorCore
import TestSupport
import Testing
import Training

@Suite("Losses") struct LossTests {
  /// A periodic axis, and one that is neither periodic nor evenly spaced.
  private static let axes = [
    FieldAxis("x", coordinates: (0..<7).map { Double($0) / 7 }, isPeriodic: true),
    FieldAxis("y", coordinates: [0, 0.1, 0.3, 0.7, 1]),
  ]
  private let units = FrameUnits(mean: [0.3, -2], scale: [1.5, 0.25])

  private func norm(_ tensor: Tensor) -> Double { tensor.sumOfSquares.squareRoot() }

  /// Calls `body` with the fields of two tensors `[samples, variables, …]`.
  private func fields(_ first: Tensor, _ second: Tensor, _ body: (Int, [Float], [Float]) -> Void) {
    let points = first.shape[2...].reduce(1, *)
    for field in 0..<(first.shape[0] * first.shape[1]) {
      let range = (field * points)..<((field + 1) * points)
      body(field % first.shape[1], Array(first.elements[range]), Array(second.elements[range]))
    }
  }

  @Test(
    "gradients agree with differences, in one to three dimensions", arguments: LossRegistry.standard.names)
  func gradients(name: String) throws {
    let kind = try #require(LossRegistry.standard[name])
    let third = FieldAxis("z", coordinates: [0, 1])
    for axes in [Array(Self.axes[..<1]), Array(Self.axes[1...]), Self.axes, Self.axes + [third]] {
      let loss = kind.init().loss(for: LossTask(axes: axes))
      let shape = [3, 2] + axes.map(\.coordinates.count)
      let target = GradientCheck.random(shape, seed: 2)
      let error = GradientCheck.error(at: [GradientCheck.random(shape)]) {
        loss($0[0], target: target, units: units)
      }
      #expect(error < 2e-3, "\(axes.count) axes: \(error)")
    }
  }

  @Test("relative errors are per sample and variable, in the model's units or the data set's")
  func relative() {
    let shape = [2, 2, 7, 5]
    let (prediction, target) = (GradientCheck.random(shape), GradientCheck.random(shape, seed: 2))
    var (modelUnits, dataUnits) = (0.0, 0.0)
    fields(prediction, target) { variable, p, t in
      func root(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
      let difference = zip(p, t).map { Double($0) - Double($1) }
      modelUnits += root(difference) / root(t.map(Double.init)) / 4
      let (scale, mean) = (units.scale[variable], units.mean[variable])
      dataUnits += root(difference.map { $0 * scale }) / root(t.map { Double($0) * scale + mean }) / 4
    }
    let relative = RelativeL2Error()(Variable(prediction), target: target, units: units).value.scalar
    #expect(abs(Double(relative) - modelUnits) < 1e-5 * modelUnits)
    let normalized = NormalizedErrorLoss()
    let loss = normalized(Variable(prediction), target: target, units: units).value.scalar
    #expect(abs(Double(loss) - dataUnits) < 1e-5 * dataUnits && abs(dataUnits - modelUnits) > 0.1)
    let unscaled = normalized(Variable(prediction), target: target).value.scalar
    #expect(abs(unscaled - relative) < 1e-5 * relative)
  }

  @Test("the Sobolev norm of a wave is exact on a periodic axis, that of a ramp on any")
  func sobolev() {
    let axis = FieldAxis("x", coordinates: (0..<32).map { Double($0) / 16 }, isPeriodic: true)
    func wave(_ periods: Double, _ size: Double) -> Tensor {
      Tensor(axis.coordinates.map { Float(size * sin(.pi * periods * $0 + 0.4)) }, shape: [1, 1, 32])
    }
    // ‖sin kx‖² + ‖k cos kx‖² is as 1 + k².
    let expected = (0.01 * (1 + pow(3 * Double.pi, 2)) / (1 + pow(Double.pi, 2))).squareRoot()
    var prediction = wave(1, 1)
    prediction.add(wave(3, 0.1), scaledBy: 1)
    let loss = RelativeSobolevError(axes: [axis])
    let value = Double(loss(Variable(prediction), target: wave(1, 1)).value.scalar)
    #expect(abs(value - expected) < 1e-4 * expected)

    // d = 0.2·y and t = 2·y + 1 along an uneven axis: slopes of 0.2 and 2 at every point.
    let y = Self.axes[1].coordinates
    let target = Tensor(y.map { Float(2 * $0 + 1) }, shape: [1, 1, 5])
    let ramp = Tensor(y.map { Float(2.2 * $0 + 1) }, shape: [1, 1, 5])
    func squares(_ values: [Double], slope: Double) -> Double {
      values.reduce(0) { $0 + $1 * $1 } + Double(values.count) * slope * slope
    }
    let ratio = squares(y.map { 0.2 * $0 }, slope: 0.2) / squares(y.map { 2 * $0 + 1 }, slope: 2)
    let uneven = RelativeSobolevError(axes: [Self.axes[1]])
    #expect(abs(Double(uneven(Variable(ramp), target: target).value.scalar) - ratio.squareRoot()) < 1e-5)
  }

  @Test(
    "an exact prediction has no loss and no slope, and a target of zeros does not count",
    arguments: ["relative-l2", "nrmse", "h1"])
  func zeros(name: String) throws {
    let loss = try #require(LossRegistry.standard[name]).init().loss(for: LossTask(axes: [Self.axes[0]]))
    let random = GradientCheck.random([1, 1, 7])
    let target = Tensor.concatenated([random, .zeros([1, 1, 7])], axis: 1)
    func value(_ prediction: Tensor) -> (loss: Float, gradient: Tensor?) {
      let tape = Tape()
      let watched = tape.watch(prediction)
      let result = loss(watched, target: target)
      return (result.value.scalar, tape.gradients(of: result)[watched])
    }
    let exact = value(target)
    #expect(exact.loss < 1e-12)
    #expect(exact.gradient?.elements.allSatisfy { $0 == 0 } == true)
    // Twice the target: an error of 1 in the variable that has one, whatever the other's prediction.
    let other = value(Tensor.concatenated([random.map { 2 * $0 }, random], axis: 1))
    #expect(abs(other.loss - 1) < 1e-5)
    let nothing = loss(Variable(random), target: .zeros([1, 1, 7])).value.scalar
    #expect(nothing == 0)
  }

  @Test("slopes are those of waves where a flow is periodic, whether the file or a person says so")
  func periodicSlopes() throws {
    func loss(_ file: WaveFile, _ periodic: FormulationConfiguration.Periodicity) throws -> Double? {
      let training = try TinyTraining(file)
      try training.train("run") {
        $0.loss.kind = RelativeSobolevError.Description()
        $0.formulation.periodic = periodic
        $0.schedule.epochs = 1
      }
      return try training.epochs("run").last?.loss
    }
    let said = try loss(WaveFile(), .yes)
    #expect(try said == loss(WaveFile().with { $0.isPeriodic = true }, .yes))
    #expect(try said != loss(WaveFile(), .no))
  }

  @Test("a run is trained by the loss of its configuration, on the grid of its data")
  func runs() throws {
    let training = try TinyTraining()
    var first: [String: Double] = [:]
    for name in LossRegistry.standard.names {
      try training.train(name) { $0.loss.kind = LossRegistry.standard[name]?.init() ?? $0.loss.kind }
      let losses = try training.epochs(name).map(\.loss)
      #expect(losses.count == 3 && losses[2] < losses[0], "\(name): \(losses)")
      first[name] = losses[0]
      #expect(try training.run(name).readConfiguration().loss.name == name)
    }
    #expect(Set(first.values).count == first.count)
  }

  @Test("the axes of a loader are those of the points that are used")
  func axes() throws {
    struct Fields: FieldDataSet {
      let path = "fields"
      let variables: [FieldVariable] = ["u"]
      let axes = [FieldAxis("x", coordinates: (0..<12).map(Double.init), isPeriodic: true)]
      let times = [0.0, 1]
      let samples = 1
      func read(_ slab: FieldSlab, into target: inout MutableSpan<Float>) {}
    }
    for (stride, isPeriodic) in [(1, true), (3, true), (5, false)] {
      let loader = try BatchLoader(Fields(), subsampling: Subsampling(reducedResolution: stride))
      #expect(loader.axes[0].coordinates.count == loader.spatialShape[0])
      #expect(loader.axes[0].isPeriodic == isPeriodic, "\(stride)")
    }
  }
}
