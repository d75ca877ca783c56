public import Options
public import TempBalance
import SystemFiles

/// How layers' learning rates follow their spectra.
public struct TempBalanceConfiguration: ConfigurationPart {
  /// The map from scores to rates.
  public var method = TrainingConfiguration.Balancing.off
  /// The score by which layers are balanced.
  public var score = LayerScore.alpha
  /// What is balanced.
  public var target = TrainingConfiguration.BalancingTarget.learningRate
  /// The sigmoid's scale s, or the linear map's slope.
  public var scale = 1.0
  /// The sigmoid's scale for layers below the mean; nil for the same as above it.
  public var scaleBelow: Double?
  /// The sigmoid's steepness τ.
  public var steepness = 10.0
  /// The linear map's lowest factor.
  public var lowest = 0.5
  /// Whether the mean rate of the balanced layers stays the schedule's.
  public var keepMean = false
  /// Where the power law is taken to begin.
  public var fit = FitMethod.median
  /// The divisor of the median fit.
  public var xminPos = 2.0
  /// The ratio of sides of the sub-matrices to take instead of whole ones (FARMS); nil for whole ones.
  public var farms: Double?
  /// The share of a layer's largest eigenvalue up to which others do not count; nil for the paper's fixed threshold.
  public var relativeThreshold: Double?
  /// The kinds of layers that are analyzed and balanced.
  public var kinds = [LayerKind.linear, .convolution]
  /// How convolutions in one dimension are read as matrices.
  public var conv1d = LineConvolution.matrix
  /// Layers with fewer eigenvalues keep the schedule's rate.
  public var minimumEigenvalues = 12
  /// Which end of the model is left alone.
  public var leaveOut = TrainingConfiguration.LeftOutLayers.none
  /// A pattern of layers that share one factor; nil for one a layer.
  public var blocks: String?
  /// Whether a normalization goes with the convolution before it.
  public var normalizationFollows = false
  /// Epochs or steps from one analysis of the layers to the next.
  public var interval = 1
  /// What the interval counts.
  public var intervalUnit = TrainingConfiguration.IntervalUnit.epochs

  /// The defaults.
  public init() {}

  /// The options.
  public static let options: [OptionDeclaration<TempBalanceConfiguration>] = [
    OptionDeclaration(
      "tempbalance", \.method,
      help: """
        A learning rate for each layer, by the score of its spectrum: off; sigmoid, 10^(s·(σ(τ·(score − mean)) − ½)) times \
        the schedule's rate; or linear, a range of factors from the lowest score to the highest. A layer with a low score \
        gets a lower rate.
        """),
    OptionDeclaration(
      "tempbalance-score", \.score,
      help: "What layers are compared by. The steepness is made for alpha; others go better with linear."),
    OptionDeclaration(
      "tempbalance-target", \.target,
      help: "What is balanced: learning-rate, or weight-decay, stronger for a high score."),
    // 10^(100/2) is beyond any use, and the learning rate that it multiplies still fits a number.
    OptionDeclaration(
      "tempbalance-scale", \.scale, in: .from(0, to: 100),
      help: """
        The sigmoid's scale s (with 0 the layers are recorded, and train as without TempBalance), or the linear map's slope.
        """),
    OptionDeclaration(
      "tempbalance-scale-below", \.scaleBelow, in: .from(0, to: 100),
      help: "The sigmoid's scale for layers below the mean.",
      default: "that of \(option: "tempbalance-scale")", example: 0.5),
    OptionDeclaration(
      "tempbalance-steepness", \.steepness, in: .notNegative, help: "The sigmoid's steepness τ."),
    OptionDeclaration(
      "tempbalance-lowest", \.lowest, in: .from(0, to: 100), help: "The linear map's lowest factor."),
    OptionDeclaration(
      "tempbalance-keep-mean", \.keepMean,
      help: "Divide the factors by their mean, so that the mean rate stays the schedule's."),
    OptionDeclaration(
      "tempbalance-fit", \.fit,
      help: "Where the power law begins: median (the fastest and the steadiest), goodness-of-fit or peak."),
    OptionDeclaration(
      "tempbalance-xmin-pos", \.xminPos, in: .above(1, to: 1e6),
      help: "The median fit leaves out the lowest 1/x of the eigenvalues; transformers use 1.5."),
    OptionDeclaration(
      "tempbalance-farms", \.farms, in: .from(1, to: 1e6),
      help: """
        Take sub-matrices whose sides have this ratio instead of whole matrices (FARMS), so that layers of different \
        shapes can be compared; 1 for squares.
        """, default: "whole matrices", example: 1),
    OptionDeclaration(
      "tempbalance-relative-threshold", \.relativeThreshold, in: .from(0, to: 0.99),
      help: """
        Leave out eigenvalues up to this share of the layer's largest, instead of those up to 1e-5; for spectral weights, \
        which are small.
        """, default: "those up to 1e-5 are left out", example: 0.001),
    OptionDeclaration(
      "tempbalance-kinds", \.kinds, where: { !$0.isEmpty },
      help: """
        Kinds of layers that are analyzed and balanced, as in linear,convolution,spectral; there are also \
        transposed-convolution, embedding, low-rank and matrix.
        """, default: "linear,convolution, as in the paper"),
    OptionDeclaration(
      "tempbalance-conv1d", \.conv1d,
      help: """
        How a 1D convolution's weights are read: matrix, one matrix for each kernel position, as in 2D and 3D; or \
        released, as the paper's released code does: one for each output, of which a single position leaves the squared \
        norm of a row. That nearly reverses the rates of FNO 1D's w0 to w3.
        """),
    OptionDeclaration(
      "tempbalance-min-eigenvalues", \.minimumEigenvalues, in: .countOrNone,
      help: "Layers with fewer eigenvalues keep the schedule's rate."),
    OptionDeclaration(
      "tempbalance-leave-out", \.leaveOut,
      help: "Leave alone none, the first, the last or both of the layers."),
    OptionDeclaration(
      "tempbalance-blocks", \.blocks, where: { $0?.contains { $0 != "." } != false },
      expecting: "components of layers' names, as in layer.*",
      help: """
        One factor for each block of layers, from their mean score: a run of components of layers' names, * for any one, \
        as in layer.*.
        """, default: "one factor a layer", example: "layer.*"),
    OptionDeclaration(
      "tempbalance-normalization-follows", \.normalizationFollows,
      help: "A normalization gets the rate of the convolution before it, not the schedule's."),
    OptionDeclaration(
      "tempbalance-interval", \.interval, in: .count,
      help: "Epochs, or steps, from one analysis of the layers to the next."),
    OptionDeclaration(
      "tempbalance-interval-unit", \.intervalUnit,
      help: "What \(option: "tempbalance-interval") counts: epochs or steps."),
  ]
}

extension LayerScore: OptionChoice {
  /// Reads a score's name, also one of before.
  public init?(_ text: OptionText) {
    guard case .word(let word) = text else { return nil }
    self.init(named: word)
  }
}
extension FitMethod: OptionChoice {}
extension LayerKind: OptionChoice {}
extension LineConvolution: OptionChoice {}
