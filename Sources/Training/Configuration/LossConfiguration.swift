import SystemFiles
public import Options

/// The loss and how it is differentiated.
public struct LossConfiguration: ConfigurationPart {
  /// What a predicted frame's error is measured by.
  @ChosenKind public var kind: any LossDescription = MeanSquaredError.Description()
  /// How many frames are predicted in a training window, which may begin at any frame; nil for all frames after the given
  /// ones.
  public var window: Int?
  /// How many of a rollout's last steps are differentiated; nil for all.
  public var unroll: UnrolledSteps?
  /// Whether the backward pass computes activations again instead of keeping them: less memory, the same bits.
  public var activationCheckpointing = false
  /// Standard deviation of noise on the input frames, in ``noiseUnit``.
  public var noise = 0.0
  /// What noise is measured in.
  public var noiseUnit = NoiseUnit.deviation

  /// The defaults.
  public init() {}

  /// The name of the kind.
  public var name: String { type(of: kind).name }

  /// The options that do not depend on the kind.
  public static let options: [OptionDeclaration<LossConfiguration>] = [
    OptionDeclaration(
      "window", \.window, in: .count,
      help: """
        Train on windows of this many predicted frames from anywhere in the trajectory, at another place in every epoch: \
        equations that do not depend on time make every window a sample.
        """, default: "all frames after the given ones", example: 8),
    OptionDeclaration(
      "unroll", \.unroll, in: .count,
      help: """
        Differentiate only the last steps of the rollout, this many; 2..8 begins with 2 and grows to 8 over the epochs.
        """, default: "all", example: 20),
    OptionDeclaration(
      "activation-checkpointing", \.activationCheckpointing,
      help: "Recompute activations in the backward pass: about a third of the memory for a third more time."),
    OptionDeclaration(
      "noise", \.noise, in: .notNegative,
      help: "Standard deviation of noise added to the input frames, in the units of \(option: "noise-unit").",
      example: 0.01),
    OptionDeclaration(
      "noise-unit", \.noiseUnit,
      help: """
        What noise is measured in: deviation, each variable's own (with \(option: "normalize", "none") the data's units); or norm, \
        as in DPOT's training, the Euclidean norm of the sample's given frames of the variable (with 5e-4 as noise there).
        """),
  ]
}

extension LossConfiguration: ChoosingPart {
  static let choiceName = "loss"
  static let choiceHelp: Message = "The training loss of a predicted frame"

  var chosen: any KindDescription {
    get { kind }
    set { if let kind = newValue as? any LossDescription { self.kind = kind } }
  }
}
