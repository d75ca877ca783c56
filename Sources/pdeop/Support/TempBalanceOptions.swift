import ArgumentParser

/// How layers' learning rates follow their spectra.
struct TempBalanceOptions: ParsableArguments, TrainingOptionGroup {
  @Option(
    help: """
      A learning rate for each layer, by the score of its spectrum: off; sigmoid, 10^(s·(σ(τ·(score − mean)) − ½)) times \
      the schedule's rate; or linear, a range of factors from the lowest score to the highest. A layer with a low score \
      gets a lower rate (default: off).
      """)
  var tempbalance: String?

  @Option(
    help: """
      What layers are compared by: alpha, D, stable-rank, normalized-stable-rank, lambda-max, frobenius-norm, \
      eigenvalue-ratio or alpha-hat (default: alpha). The steepness is made for alpha; others go better with linear.
      """)
  var tempbalanceScore: String?

  @Option(
    help:
      "What is balanced: learning-rate, or weight-decay, stronger for a high score (default: learning-rate).")
  var tempbalanceTarget: String?

  @Option(
    help: """
      The sigmoid's scale s (with 0 the layers are recorded, and train as without TempBalance), or the linear map's slope \
      (default: 1).
      """)
  var tempbalanceScale: Double?

  @Option(help: "The sigmoid's scale for layers below the mean (default: that of --tempbalance-scale).")
  var tempbalanceScaleBelow: Double?

  @Option(help: "The sigmoid's steepness τ (default: 10).")
  var tempbalanceSteepness: Double?

  @Option(help: "The linear map's lowest factor (default: 0.5).")
  var tempbalanceLowest: Double?

  @Flag(
    inversion: .prefixedNo,
    help: "Divide the factors by their mean, so that the mean rate stays the schedule's (default: do not).")
  var tempbalanceKeepMean: Bool?

  @Option(
    help: """
      Where the power law begins: median, goodness-of-fit or peak (default: median, the fastest and the steadiest).
      """)
  var tempbalanceFit: String?

  @Option(
    help: "The median fit leaves out the lowest 1/x of the eigenvalues; transformers use 1.5 (default: 2).")
  var tempbalanceXminPos: Double?

  @Option(
    help: """
      Take sub-matrices whose sides have this ratio instead of whole matrices (FARMS), so that layers of different \
      shapes can be compared; 1 for squares (default: whole matrices).
      """)
  var tempbalanceFarms: Double?

  @Option(
    help: """
      Leave out eigenvalues up to this share of the layer's largest, instead of those up to 1e-5; for spectral weights, \
      which are small.
      """)
  var tempbalanceRelativeThreshold: Double?

  @Option(
    help: """
      Kinds of layers that are analysed and balanced, as in linear,convolution,spectral; there are also \
      transposed-convolution, embedding, low-rank and matrix (default: linear,convolution, as in the paper).
      """)
  var tempbalanceKinds: String?

  @Option(
    help: """
      How a 1D convolution's weights are read: matrix, one matrix for each kernel position, as in 2D and 3D; or \
      released, as the paper's released code does: one for each output, of which a single position leaves the squared \
      norm of a row. That nearly reverses the rates of FNO 1D's w0 to w3 (default: matrix).
      """)
  var tempbalanceConv1d: String?

  @Option(help: "Layers with fewer eigenvalues keep the schedule's rate (default: 12).")
  var tempbalanceMinEigenvalues: Int?

  @Option(help: "Leave alone none, the first, the last or both of the layers (default: none).")
  var tempbalanceLeaveOut: String?

  @Option(
    help: """
      One factor for each block of layers, from their mean score: a run of components of layers' names, * for any one, \
      as in layer.* (default: one factor a layer).
      """)
  var tempbalanceBlocks: String?

  @Flag(
    inversion: .prefixedNo,
    help: "A normalisation gets the rate of the convolution before it (default: it keeps the schedule's).")
  var tempbalanceNormalizationFollows: Bool?

  @Option(help: "Epochs, or steps, from one analysis of the layers to the next (default: 1).")
  var tempbalanceInterval: Int?

  @Option(help: "What --tempbalance-interval counts: epochs or steps (default: epochs).")
  var tempbalanceIntervalUnit: String?

  func add(to values: inout OptionValues) {
    values["tempbalance"] = tempbalance
    values["tempbalance-score"] = tempbalanceScore
    values["tempbalance-target"] = tempbalanceTarget
    values["tempbalance-scale"] = tempbalanceScale
    values["tempbalance-scale-below"] = tempbalanceScaleBelow
    values["tempbalance-steepness"] = tempbalanceSteepness
    values["tempbalance-lowest"] = tempbalanceLowest
    values["tempbalance-keep-mean"] = tempbalanceKeepMean
    values["tempbalance-fit"] = tempbalanceFit
    values["tempbalance-xmin-pos"] = tempbalanceXminPos
    values["tempbalance-farms"] = tempbalanceFarms
    values["tempbalance-relative-threshold"] = tempbalanceRelativeThreshold
    values["tempbalance-kinds"] = tempbalanceKinds
    values["tempbalance-conv1d"] = tempbalanceConv1d
    values["tempbalance-min-eigenvalues"] = tempbalanceMinEigenvalues
    values["tempbalance-leave-out"] = tempbalanceLeaveOut
    values["tempbalance-blocks"] = tempbalanceBlocks
    values["tempbalance-normalization-follows"] = tempbalanceNormalizationFollows
    values["tempbalance-interval"] = tempbalanceInterval
    values["tempbalance-interval-unit"] = tempbalanceIntervalUnit
  }
}
