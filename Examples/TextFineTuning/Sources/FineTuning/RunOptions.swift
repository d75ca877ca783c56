/// Everything that decides what a run comes to.
public struct RunOptions: Codable, Sendable, Equatable {
  /// The optimizers.
  public enum OptimizerName: String, Codable, Sendable, CaseIterable {
    /// Adam with decoupled weight decay.
    case adamw
    /// Adafactor with steps of the rate's size.
    case adafactor
  }

  /// How α becomes a factor of the rate.
  public enum Balancing: String, Codable, Sendable, CaseIterable {
    /// Every layer has the same rate.
    case off
    /// 10^(s·(σ(τ(α − ᾱ)) − ½)).
    case sigmoid
    /// From the lowest factor to the highest.
    case linear
  }

  /// The model's folder.
  public var model: String
  /// The training texts.
  public var train: String
  /// The texts that are measured.
  public var development: String
  /// What is asked.
  public var task: TextTask
  /// The part of the training texts that is used.
  public var ratio = 1.0
  /// The seed of the part.
  public var subsetSeed: UInt64 = 0
  /// The seed of new weights, order and dropout.
  public var seed: UInt64 = 0
  /// Passes over the training texts.
  public var epochs = 10
  /// Texts a step.
  public var batchSize = 16
  /// The most tokens of a text.
  public var length = 128
  /// The highest learning rate.
  public var learningRate = 2e-5
  /// The share of the steps over which the rate rises.
  public var warmUp = 0.06
  /// The weight decay.
  public var weightDecay = 0.1
  /// The bound of the gradient's norm; nil for none.
  public var clip: Double? = 1
  /// The optimizer.
  public var optimizer = OptimizerName.adamw
  /// The radius of sharpness-aware minimization; nil for none.
  public var samRadius: Double?
  /// The rank of LoRA's corrections; nil to train the weights themselves.
  public var loraRank: Int?
  /// LoRA's α; nil for twice the rank.
  public var loraAlpha: Double?
  /// The layers that LoRA corrects; nil for queries and values.
  public var loraLayers: [String]?
  /// The adapter to begin with.
  public var adapter: String?
  /// How α becomes a factor.
  public var balancing = Balancing.sigmoid
  /// s of the sigmoid.
  public var scale = 1.0
  /// τ of the sigmoid.
  public var steepness = 10.0
  /// The lowest factor of the linear map.
  public var lowest = 0.5
  /// The highest factor of the linear map.
  public var highest = 1.5
  /// The tail of a spectrum begins at the place N/this of N eigenvalues.
  public var medianDivisor = 1.5
  /// Layers of fewer eigenvalues are left alone.
  public var minimumEigenvalues = 50
  /// Steps between two looks at the spectra.
  public var spectraEvery = 100
  /// Whether blocks get each other's factors, as a control.
  public var shufflesFactors = false
  /// Whether nothing is dropped.
  public var dropsNothing = false
  /// Epochs between two measurements.
  public var evaluateEvery = 1

  /// The defaults.
  public init(model: String, train: String, development: String, task: TextTask) {
    (self.model, self.train, self.development, self.task) = (model, train, development, task)
  }
}
