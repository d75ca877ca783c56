public import Options

extension TrainingConfiguration {
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
