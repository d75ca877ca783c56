public import Options
public import TempBalance
import SystemFiles

/// The options of TempBalance.
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
  /// Whether each layer gets the factor of another, as a control.
  public var shuffle = false
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
        A learning rate for each layer, from the score of its spectrum: off; sigmoid, 10^(s·(σ(τ·(score − mean)) − ½)) times \
        the schedule's rate; or linear, factors from the lowest score to the highest. A layer with a low score \
        gets a lower rate.
        """),
    OptionDeclaration(
      "tempbalance-score", \.score,
      help:
        "The score that layers are compared by. The steepness suits alpha; use the linear map with other scores."
    ),
    OptionDeclaration(
      "tempbalance-target", \.target,
      help: "What to balance: learning-rate, or weight-decay, which is larger for a high score."),
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
      "tempbalance-lowest", \.lowest, in: .from(0, to: 100), help: "The smallest factor of the linear map."),
    OptionDeclaration(
      "tempbalance-keep-mean", \.keepMean,
      help: "Divide the factors by their mean, so that the mean learning rate is the schedule's."),
    OptionDeclaration(
      "tempbalance-fit", \.fit,
      help:
        "How λ_min, the start of the power law, is chosen: median (the fastest and most stable), goodness-of-fit or peak."
    ),
    OptionDeclaration(
      "tempbalance-xmin-pos", \.xminPos, in: .above(1, to: 1e6),
      help: "The median fit ignores the lowest 1/x of the eigenvalues; use 1.5 for transformers."),
    OptionDeclaration(
      "tempbalance-farms", \.farms, in: .from(1, to: 1e6),
      help: """
        Sample sub-matrices of this aspect ratio instead of using whole matrices (FARMS), so that layers of different \
        shapes can be compared; 1 for squares.
        """, default: "whole matrices", example: 1),
    OptionDeclaration(
      "tempbalance-relative-threshold", \.relativeThreshold, in: .from(0, to: 0.99),
      help: """
        Ignore eigenvalues up to this fraction of the layer's largest, instead of those up to 1e-5; for spectral weights, \
        which are small.
        """, default: "those up to 1e-5 are ignored", example: 0.001),
    OptionDeclaration(
      "tempbalance-kinds", \.kinds, where: { !$0.isEmpty },
      help: """
        Kinds of layers to analyze and balance, as in linear,convolution,spectral; also \
        transposed-convolution, embedding, low-rank and matrix.
        """, default: "linear,convolution, as in the paper"),
    OptionDeclaration(
      "tempbalance-conv1d", \.conv1d,
      help: """
        How to read the weights of a 1D convolution: matrix, one matrix per kernel position, as in 2D and 3D; or \
        released, one matrix per output channel, as in the paper's released code; with kernel size 1 that is the squared \
        norm of a row, which nearly reverses the learning rates of w0 to w3 in a 1D FNO.
        """),
    OptionDeclaration(
      "tempbalance-min-eigenvalues", \.minimumEigenvalues, in: .countOrNone,
      help: "Layers with fewer eigenvalues keep the schedule's learning rate."),
    OptionDeclaration(
      "tempbalance-leave-out", \.leaveOut,
      help: "Layers to exclude from balancing: none, first, last or both."),
    OptionDeclaration(
      "tempbalance-blocks", \.blocks, where: { $0?.contains { $0 != "." } != false },
      expecting: "components of layers' names, as in layer.*",
      help: """
        Use one factor per block of layers, from their mean score: a pattern of name components, with * for any one, \
        as in layer.*.
        """, default: "one factor per layer", example: "layer.*"),
    OptionDeclaration(
      "tempbalance-normalization-follows", \.normalizationFollows,
      help:
        "Give a normalization layer the learning rate of the convolution before it, instead of the schedule's."
    ),
    OptionDeclaration(
      "tempbalance-shuffle", \.shuffle,
      help: """
        A control for studies: give each layer the factor of another, in an order that \(option: "seed") fixes. What still helps \
        then is not the spectra.
        """),
    OptionDeclaration(
      "tempbalance-interval", \.interval, in: .count,
      help: "Epochs, or steps, between analyses of the layers."),
    OptionDeclaration(
      "tempbalance-interval-unit", \.intervalUnit,
      help: "Unit of \(option: "tempbalance-interval"): epochs or steps."),
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
