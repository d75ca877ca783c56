extension TrainingConfiguration {
  /// The kinds of models.
  public enum ModelKind: String, Codable, Sendable, CaseIterable {
    /// The Fourier neural operator.
    case fno
    /// The U-Net.
    case unet

    /// The options that only models of this kind have.
    public var ownKeys: [CodingKeys] {
      switch self {
      case .fno: [.modes, .width]
      case .unet: [.initFeatures, .padding, .pad]
      }
    }
  }

  /// What variables are scaled by before they reach the model.
  public enum Normalization: String, Codable, Sendable, CaseIterable {
    /// To mean 0 and standard deviation 1 over the training samples.
    case standard
    /// Not at all, as the paper does.
    case none
  }

  /// The rule that turns gradients into steps.
  public enum OptimizerKind: String, Codable, Sendable, CaseIterable {
    /// Adam, weight decay added to the gradient.
    case adam
    /// Adam with decoupled weight decay.
    case adamw
    /// Stochastic gradient descent with momentum.
    case sgd
    /// Adafactor, with second moments in factors.
    case adafactor
  }

  /// How Adam and Adafactor measure the size of a complex gradient.
  public enum SecondMoment: String, Codable, Sendable, CaseIterable {
    /// |g|², shared by the real and the imaginary part: the paper's way.
    case shared
    /// The squares of the real and of the imaginary part apart: torch.optim.Adam's way.
    case separate
  }

  /// How the learning rate changes over the epochs.
  public enum Schedule: String, Codable, Sendable, CaseIterable {
    /// Not at all.
    case constant
    /// Times a factor every so many epochs.
    case step
    /// Down a half cosine to zero at the last epoch.
    case cosine
  }

  /// How layers' learning rates follow their spectra.
  public enum Balancing: String, Codable, Sendable, CaseIterable {
    /// One rate for all layers.
    case off
    /// TempBalance's sigmoid of α.
    case sigmoid
    /// TempBalance's linear map of α.
    case linear
  }

  /// What TempBalance gives each layer its own share of.
  public enum BalancingTarget: String, Codable, Sendable, CaseIterable {
    /// The schedule's learning rate: the paper's choice.
    case learningRate = "learning-rate"
    /// The weight decay.
    case weightDecay = "weight-decay"
  }

  /// Which of the analysed layers TempBalance leaves alone for their place.
  public enum LeftOutLayers: String, Codable, Sendable, CaseIterable {
    // swift-format-ignore: AllPublicDeclarationsHaveDocumentation
    case none, first, last, both
  }

  /// What TempBalance's interval counts.
  public enum IntervalUnit: String, Codable, Sendable, CaseIterable {
    // swift-format-ignore: AllPublicDeclarationsHaveDocumentation
    case epochs, steps
  }
}
