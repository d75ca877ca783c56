import PDEData
import Yams

/// The settings of "Model Balancing Helps Low-data Training and Fine-tuning" (arXiv:2410.12178), as far as they are
/// published, for the data, ratio and method at hand.
///
/// The paper's ratios 100, 50, 25, 10, 2.5 and 0.6 % are strides of 1, 2, 4, 10, 40 and 180 over the training samples;
/// another stride gets the settings of the nearest of these. Where the paper tried several learning rates and does not
/// say which was best, the middle one is taken. It does not state the number of epochs in 1D; the 700 of 2D are taken.
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
    let place = ratioIndex(reducedBatch: configuration.reducedBatch)
    let balances = configuration.tempbalance != .off
    let isOneDimensional = file.dimensions == 1
    let points = isOneDimensional ? 256 : 64
    var values: [String: Double] = [
      "modes": 12, "width": 20, "initial-steps": 10, "epochs": 700, "schedule-step": 100,
      "schedule-gamma": 0.5,
      "tempbalance-steepness": 10, "tempbalance-min-eigenvalues": 12, "tempbalance-interval": 1,
      "reduced-resolution": Double(max(1, (file.spatialShape.max() ?? 1) / points)),
      "reduced-resolution-t": Double(max(1, (file.frames - 1) / 20)),
    ]
    if isOneDimensional {
      values["learning-rate"] = place == 5 ? 2.5e-3 : 5e-3
      values["weight-decay"] = place >= 4 ? 1e-1 : 1e-2
      values["batch-size"] = place >= 4 ? 10 : 25
      values["tempbalance-scale"] = 1
    } else {
      values["learning-rate"] = !balances && place == 5 ? 5e-3 : 2.5e-3
      values["weight-decay"] = 1e-4
      values["batch-size"] = 20
      values["tempbalance-scale"] = [0.125, 0.5, 1, 0.25, 0.5, 1][place]
    }
    var nodes = values.mapValues { value in
      Node(value == value.rounded() ? "\(Int(value))" : "\(value)")
    }
    for (key, word) in [
      "normalize": "none", "optimizer": "adam", "second-moment": "shared", "schedule": "step",
    ] { nodes[key] = Node(word) }
    return TrainingConfiguration.Layer(source: "the paper's recipe", values: nodes)
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
