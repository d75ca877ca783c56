import PDEData
import Yams

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
/// Space is thinned to at most 256 points in 1D and 64 along an axis in 2D, time to 21 frames.
public enum PaperRecipe {
  /// The settings as a layer, to go below the user's own file and options.
  ///
  /// - Parameter configuration: The user's choice of data, samples and TempBalance.
  /// - Returns: The layer.
  /// - Throws: If the choice is none, the data cannot be read, or the paper has no settings for them.
  public static func layer(for configuration: TrainingConfiguration) throws -> TrainingConfiguration.Layer {
    try configuration.validate()
    let file = try PDEBenchFile(path: configuration.data)
    guard (1...2).contains(file.dimensions) else {
      throw ConfigurationError.doesNotFit(
        "the paper has settings for 1D and 2D data, \(file.path) is \(file.dimensions)D; leave out --recipe")
    }
    let points = file.dimensions == 1 ? 256 : 64
    var values: [String: Double] = [
      "initial-steps": 10, "epochs": 700, "schedule-step": 100, "schedule-gamma": 0.5,
      "tempbalance-steepness": 10, "tempbalance-min-eigenvalues": 12, "tempbalance-interval": 1,
      "reduced-resolution": Double(max(1, (file.spatialShape.max() ?? 1) / points)),
      "reduced-resolution-t": Double(max(1, (file.frames - 1) / 20)),
    ]
    let place = ratioIndex(reducedBatch: configuration.reducedBatch)
    let own =
      switch (configuration.model, file.dimensions) {
      case (.fno, 1): line(fnoAt: place)
      case (.fno, _): plane(fnoAt: place, balances: configuration.tempbalance != .off)
      case (.unet, 1): line(unetAt: place)
      case (.unet, _): plane(unetAt: place)
      }
    values.merge(own) { $1 }
    var nodes = values.mapValues { value in
      Node(value == value.rounded() ? "\(Int(value))" : "\(value)")
    }
    for (key, word) in [
      "normalize": "none", "optimizer": "adam", "second-moment": "shared", "schedule": "step",
    ] { nodes[key] = Node(word) }
    return TrainingConfiguration.Layer(source: "the paper's recipe", values: nodes)
  }

  private static func line(fnoAt place: Int) -> [String: Double] {
    [
      "modes": 12, "width": 20, "learning-rate": place == 5 ? 2.5e-3 : 5e-3,
      "weight-decay": place >= 4 ? 1e-1 : 1e-2, "batch-size": place >= 4 ? 10 : 25, "tempbalance-scale": 1,
    ]
  }

  private static func plane(fnoAt place: Int, balances: Bool) -> [String: Double] {
    [
      "modes": 12, "width": 20, "learning-rate": !balances && place == 5 ? 5e-3 : 2.5e-3,
      "weight-decay": 1e-4, "batch-size": 20, "tempbalance-scale": [0.125, 0.5, 1, 0.25, 0.5, 1][place],
    ]
  }

  private static func line(unetAt place: Int) -> [String: Double] {
    [
      "init-features": 32, "unroll": 20, "learning-rate": place >= 4 ? 5e-2 : 1e-2,
      "weight-decay": place == 0 ? 1e-5 : 1e-1, "batch-size": [100, 100, 100, 50, 50, 25][place],
      "tempbalance-scale": 1,
    ]
  }

  private static func plane(unetAt place: Int) -> [String: Double] {
    [
      "init-features": 32, "unroll": 20, "learning-rate": [2.5e-2, 5e-3, 5e-3, 5e-3, 1e-2, 5e-2][place],
      "weight-decay": place == 0 ? 1e-3 : 1e-1, "batch-size": 20, "tempbalance-scale": 1,
    ]
  }

  /// Which of the paper's six ratios is nearest, by the quotient of the strides.
  private static func ratioIndex(reducedBatch: Int) -> Int {
    let strides = [1, 2, 4, 10, 40, 180].map(Double.init)
    func distance(_ stride: Double) -> Double {
      max(stride / Double(reducedBatch), Double(reducedBatch) / stride)
    }
    return strides.indices.min { distance(strides[$0]) < distance(strides[$1]) } ?? 0
  }
}
