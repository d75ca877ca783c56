import SystemFiles
import NeuralOperators
import Optimizers
import Options
import PDEData

/// The settings of "Model Balancing Helps Low-data Training and Fine-tuning" (arXiv:2410.12178), as far as they are
/// published, for the data, model, ratio and method at hand.
///
/// The paper's ratios 100, 50, 25, 10, 2.5 and 0.6 % are strides of 1, 2, 4, 10, 40 and 180 over the training samples;
/// another stride gets the settings of the nearest of these. Where the paper tried several learning rates and does not
/// say which was best, the middle one is taken. It states the number of epochs and TempBalance's scale for the FNO in 2D
/// alone; those 700 epochs, and a scale of 1, are taken for the others. A U-Net's rollout is differentiated over its last 20
/// steps, as PDEBench does it.
/// The paper's 1D numbers were made by code that reads a convolution's weights in another way than its text says and its
/// 2D results show (`LineConvolution.released`); the recipe leaves the reading as it is.
/// Space is thinned to at most 256 points in 1D and 64 along an axis in 2D, time to at most 21 frames.
public enum PaperRecipe {
  /// The settings, to be overridden by the user's file and options.
  ///
  /// - Parameter choice: The user's choice of data, samples and TempBalance.
  /// - Returns: The defaults with the paper's settings on top. They do not name the data.
  /// - Throws: If the choice is none, the data cannot be read, or the paper has no settings for them.
  public static func configuration(for choice: TrainingConfiguration) throws -> TrainingConfiguration {
    try choice.validate()
    let file = try choice.data.open()
    guard (1...2).contains(file.dimensions) else {
      throw ConfigurationError.doesNotFit(
        """
        the paper has settings for 1D and 2D data, \(file.path) is \(file.dimensions)D; leave out \(option: "recipe")
        """)
    }
    let own = settings.first {
      type(of: $0.model).name == choice.model.name && $0.dimensions == file.dimensions
    }
    guard let own else {
      throw ConfigurationError.doesNotFit(
        "the paper has no settings for the model \(choice.model.name); leave out \(option: "recipe")")
    }
    var result = TrainingConfiguration()
    result.model = ModelConfiguration(own.model)
    result.model.initialSteps = 10
    result.data.normalize = .none
    let most = file.dimensions == 1 ? 256 : 64
    result.data.reducedResolution = max(1, ((file.spatialShape.max() ?? 1) + most - 1) / most)
    result.data.reducedResolutionTime = max(1, (file.frames - 1 + 19) / 20)
    result.optimizer.kind = .adam
    result.schedule.epochs = 700
    result.schedule.kind = .step(epochs: 100, factor: 0.5)
    result.tempbalance.steepness = 10
    result.tempbalance.minimumEigenvalues = 12
    result.tempbalance.interval = 1

    let place = ratioIndex(reducedBatch: choice.data.reducedBatch)
    let rates = choice.tempbalance.method == .off ? own.baselineRates ?? own.learningRates : own.learningRates
    result.loss.unroll = own.unroll.map { UnrolledSteps($0) }
    result.optimizer.learningRate = rates[place]
    result.optimizer.weightDecay = own.weightDecays[place]
    result.data.batchSize = own.batchSizes[place]
    result.tempbalance.scale = own.scales[place]
    return result
  }

  /// What the paper has for a model and a number of axes; lists have an entry for each of its ratios.
  private struct Settings {
    let model: any ModelDescription
    let dimensions: Int
    let learningRates: [Double]
    /// Without TempBalance, where that makes a difference.
    var baselineRates: [Double]?
    let weightDecays: [Double]
    let batchSizes: [Int]
    let scales: [Double]
    var unroll: Int?
  }

  private static let settings = [
    Settings(
      model: FNO.Description(modes: [12], width: 20), dimensions: 1,
      learningRates: [5e-3, 5e-3, 5e-3, 5e-3, 5e-3, 2.5e-3],
      weightDecays: [1e-2, 1e-2, 1e-2, 1e-2, 1e-1, 1e-1], batchSizes: [25, 25, 25, 25, 10, 10],
      scales: [1, 1, 1, 1, 1, 1]),
    Settings(
      model: FNO.Description(modes: [12], width: 20), dimensions: 2,
      learningRates: [2.5e-3, 2.5e-3, 2.5e-3, 2.5e-3, 2.5e-3, 2.5e-3],
      baselineRates: [2.5e-3, 2.5e-3, 2.5e-3, 2.5e-3, 2.5e-3, 5e-3],
      weightDecays: [1e-4, 1e-4, 1e-4, 1e-4, 1e-4, 1e-4], batchSizes: [20, 20, 20, 20, 20, 20],
      scales: [0.125, 0.5, 1, 0.25, 0.5, 1]),
    Settings(
      model: UNet.Description(initialFeatures: 32), dimensions: 1,
      learningRates: [1e-2, 1e-2, 1e-2, 1e-2, 5e-2, 5e-2],
      weightDecays: [1e-5, 1e-1, 1e-1, 1e-1, 1e-1, 1e-1], batchSizes: [100, 100, 100, 50, 50, 25],
      scales: [1, 1, 1, 1, 1, 1], unroll: 20),
    Settings(
      model: UNet.Description(initialFeatures: 32), dimensions: 2,
      learningRates: [2.5e-2, 5e-3, 5e-3, 5e-3, 1e-2, 5e-2],
      weightDecays: [1e-3, 1e-1, 1e-1, 1e-1, 1e-1, 1e-1], batchSizes: [20, 20, 20, 20, 20, 20],
      scales: [1, 1, 1, 1, 1, 1], unroll: 20),
  ]

  /// Which of the paper's six ratios is nearest, by the quotient of the strides.
  private static func ratioIndex(reducedBatch: Int) -> Int {
    let strides = [1, 2, 4, 10, 40, 180].map(Double.init)
    func distance(_ stride: Double) -> Double {
      max(stride / Double(reducedBatch), Double(reducedBatch) / stride)
    }
    return strides.indices.min { distance(strides[$0]) < distance(strides[$1]) } ?? 0
  }
}
