public import Options

extension TrainingConfiguration {
  /// The rule that turns gradients into steps.
  public enum OptimizerKind: String, OptionChoice {
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
  public enum SecondMoment: String, OptionChoice {
    /// |g|², shared by the real and the imaginary part: the paper's way.
    case shared
    /// The squares of the real and of the imaginary part apart: torch.optim.Adam's way.
    case separate
  }

  /// How the learning rate changes over the epochs.
  public enum Schedule: String, OptionChoice {
    /// Not at all.
    case constant
    /// Multiplied by a factor every few epochs.
    case step
    /// Down a half cosine to zero at the last epoch.
    case cosine
  }

  /// The options of TempBalance.
  public enum Balancing: String, OptionChoice {
    /// One rate for all layers.
    case off
    /// TempBalance's sigmoid of α.
    case sigmoid
    /// TempBalance's linear map of α.
    case linear
  }

  /// What TempBalance gives each layer its own share of.
  public enum BalancingTarget: String, OptionChoice {
    /// The schedule's learning rate: the paper's choice.
    case learningRate = "learning-rate"
    /// The weight decay.
    case weightDecay = "weight-decay"
  }

  /// Which of the analyzed layers TempBalance leaves alone for their place.
  public enum LeftOutLayers: String, OptionChoice {
    // swift-format-ignore: AllPublicDeclarationsHaveDocumentation
    case none, first, last, both
  }

  /// What TempBalance's interval counts.
  public enum IntervalUnit: String, OptionChoice {
    // swift-format-ignore: AllPublicDeclarationsHaveDocumentation
    case epochs, steps
  }
}
