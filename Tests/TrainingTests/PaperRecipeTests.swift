import NeuralOperators
import Options
import Optimizers
import TestSupport
import Testing
import Training

@Suite("The paper's recipe") struct PaperRecipeTests {
  private func resolved(
    _ file: WaveFile, _ change: (inout TrainingConfiguration) -> Void
  ) throws -> TrainingConfiguration {
    let folder = try TemporaryFolder()
    var choice = TrainingConfiguration()
    choice.data.path = try file.write(to: folder.file("data.hdf5"))
    change(&choice)
    return try PaperRecipe.configuration(for: choice)
  }

  @Test(
    "1D, at every ratio",
    arguments: [
      // From the paper's table: 100, 50, 25, 10, 2.5 and 0.6 percent, and strides near them.
      (stride: 1, rate: 5e-3, decay: 1e-2, batch: 25), (stride: 2, rate: 5e-3, decay: 1e-2, batch: 25),
      (stride: 4, rate: 5e-3, decay: 1e-2, batch: 25), (stride: 10, rate: 5e-3, decay: 1e-2, batch: 25),
      (stride: 40, rate: 5e-3, decay: 1e-1, batch: 10), (stride: 180, rate: 2.5e-3, decay: 1e-1, batch: 10),
      (stride: 3, rate: 5e-3, decay: 1e-2, batch: 25), (stride: 200, rate: 2.5e-3, decay: 1e-1, batch: 10),
    ])
  func line(stride: Int, rate: Double, decay: Double, batch: Int) throws {
    let file = WaveFile(shape: [512]).with { ($0.samples, $0.frames) = (2, 41) }
    let settings = try resolved(file) { $0.data.reducedBatch = stride }
    #expect(settings.optimizer.learningRate == rate)
    #expect(settings.optimizer.weightDecay == decay)
    #expect(settings.data.batchSize == batch)
    #expect(settings.data.reducedResolution == 2 && settings.data.reducedResolutionTime == 2)
    #expect(settings.data.normalize == .none)
    #expect((settings.optimizer.kind as? Adam.Description)?.secondMoment == .shared)
    #expect(
      settings.schedule.kind as? StepSchedule.Description
        == StepSchedule.Description(epochs: 100, factor: 0.5))
    #expect(settings.model.description as? FNO.Description == FNO.Description(modes: [12], width: 20))
    #expect(settings.model.initialSteps == 10)
  }

  @Test("sizes that are no multiples are thinned to at most the paper's")
  func otherSizes() throws {
    let settings = try resolved(WaveFile(shape: [300]).with { ($0.samples, $0.frames) = (2, 50) }) { _ in }
    #expect(settings.data.reducedResolution == 2 && settings.data.reducedResolutionTime == 3)
  }

  @Test(
    "2D, at every ratio, with and without TempBalance",
    arguments: zip([1, 2, 4, 10, 40, 180], [0.125, 0.5, 1, 0.25, 0.5, 1]))
  func plane(stride: Int, scale: Double) throws {
    let file = WaveFile(shape: [128, 128]).with { ($0.samples, $0.frames) = (1, 2) }
    let balanced = try resolved(file) {
      $0.data.reducedBatch = stride
      $0.tempbalance.method = .sigmoid
    }
    #expect(balanced.optimizer.learningRate == 2.5e-3)
    #expect(balanced.tempbalance.scale == scale)
    #expect(balanced.tempbalance.steepness == 10 && balanced.tempbalance.minimumEigenvalues == 12)
    #expect(
      balanced.optimizer.weightDecay == 1e-4 && balanced.data.batchSize == 20
        && balanced.schedule.epochs == 700)
    #expect(balanced.data.reducedResolution == 2 && balanced.data.reducedResolutionTime == 1)
    let baseline = try resolved(file) { $0.data.reducedBatch = stride }
    #expect(baseline.optimizer.learningRate == (stride == 180 ? 5e-3 : 2.5e-3))
  }

  @Test(
    "U-Net in 1D and 2D, at every ratio",
    arguments: [
      (stride: 1, line: (rate: 1e-2, decay: 1e-5, batch: 100), plane: (rate: 2.5e-2, decay: 1e-3)),
      (stride: 2, line: (rate: 1e-2, decay: 1e-1, batch: 100), plane: (rate: 5e-3, decay: 1e-1)),
      (stride: 4, line: (rate: 1e-2, decay: 1e-1, batch: 100), plane: (rate: 5e-3, decay: 1e-1)),
      (stride: 10, line: (rate: 1e-2, decay: 1e-1, batch: 50), plane: (rate: 5e-3, decay: 1e-1)),
      (stride: 40, line: (rate: 5e-2, decay: 1e-1, batch: 50), plane: (rate: 1e-2, decay: 1e-1)),
      (stride: 180, line: (rate: 5e-2, decay: 1e-1, batch: 25), plane: (rate: 5e-2, decay: 1e-1)),
    ])
  func unet(
    stride: Int, line: (rate: Double, decay: Double, batch: Int), plane: (rate: Double, decay: Double)
  ) throws {
    let small = { (file: inout WaveFile) in (file.samples, file.frames) = (1, 2) }
    for (shape, rate, decay, batch) in [
      ([32], line.rate, line.decay, line.batch), ([16, 16], plane.rate, plane.decay, 20),
    ] {
      let settings = try resolved(WaveFile(shape: shape).with(small)) {
        $0.model.description = UNet.Description()
        $0.data.reducedBatch = stride
      }
      #expect(settings.optimizer.learningRate == rate && settings.optimizer.weightDecay == decay)
      #expect(settings.data.batchSize == batch)
      #expect(settings.model.description as? UNet.Description == UNet.Description(initialFeatures: 32))
      #expect(settings.loss.unroll == 20 && settings.model.initialSteps == 10)
      #expect(
        settings.data.normalize == .none && settings.optimizer.name == "adam"
          && settings.schedule.name == "step")
    }
  }

  @Test("there is none for 3D")
  func box() throws {
    #expect(throws: ConfigurationError.self) {
      try resolved(WaveFile(shape: [4, 4, 4]).with { ($0.samples, $0.frames) = (1, 2) }) { _ in }
    }
  }
}
