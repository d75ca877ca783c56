public import Options
import SystemFiles

/// How training goes on from a checkpoint on other data.
public struct FineTuningConfiguration: ConfigurationPart {
  /// Whose means and deviations scale the variables.
  public enum Scaling: String, OptionChoice {
    /// The checkpoint's.
    case keep
    /// Those of the new training samples.
    case target
  }

  /// The checkpoint to start from, or a run folder; nil for a new model.
  public var checkpoint: String?
  /// Whose means and deviations scale the variables.
  public var normalization = Scaling.keep
  /// Patterns of parameters that stay as they are.
  public var frozen: [String]?
  /// Patterns of layers that are drawn anew.
  public var reset: [String]?
  /// The rank of the corrections that are trained instead of the weights; nil to train the weights.
  public var loraRank: Int?
  /// What corrections are multiplied by, times the rank; nil for the rank.
  public var loraAlpha: Double?
  /// Patterns of layers that get corrections; nil for all that have matrices.
  public var loraLayers: [String]?

  /// No checkpoint.
  public init() {}

  private static let patterns = "one or more names of layers, with * for any text, like blocks.0 or conv*"

  /// The options.
  public static let options: [OptionDeclaration<FineTuningConfiguration>] = [
    OptionDeclaration(
      "from", \.checkpoint,
      help: """
        Fine-tune: start from this checkpoint (or the best one of a run folder), with its model, its sizes and its formulation, \
        and train on \(option: "data"). A lower \(option: "learning-rate") than from scratch is usual, such as 2.5e-4.
        """, default: "a new model", example: "runs/pretrained"),
    OptionDeclaration(
      "normalization", \.normalization,
      help: """
        With \(option: "from"): scale variables by the means and deviations of the checkpoint (keep) or of the new training \
        samples (target).
        """),
    OptionDeclaration(
      "freeze", \.frozen, where: { $0?.isEmpty != true }, expecting: patterns,
      help: "Parameters that stay as they are in the checkpoint: names or layers, with * for any text.",
      default: "none", example: ["blocks.*"]),
    OptionDeclaration(
      "reset", \.reset, where: { $0?.isEmpty != true }, expecting: patterns,
      help: """
        Layers that begin with new weights, such as those that see or predict other variables than the checkpoint's; none \
        takes variables of other names by their places.
        """, default: "none", example: ["fc0", "fc2"]),
    OptionDeclaration(
      "lora-rank", \.loraRank, in: .from(1, to: 4096),
      help: """
        Train corrections of this rank instead of the weights (LoRA): W + α/r·B·A. Layers with a side of at most the rank are trained \
        whole, all others stay.
        """, default: "train the weights", example: 8),
    OptionDeclaration(
      "lora-alpha", \.loraAlpha, in: .positive,
      help: "LoRA's α: corrections are multiplied by α over the rank.",
      default: "the rank", example: 16),
    OptionDeclaration(
      "lora-layers", \.loraLayers, where: { $0?.isEmpty != true }, expecting: patterns,
      help: """
        Layers that get corrections: linear layers, convolutions, spectral weights, attention over modes; names with * for any \
        text.
        """, default: "all of them", example: ["fc*", "w*"]),
  ]

  /// Whether all sets of a mixture are scaled as the checkpoint's data were. Of what is reset, a resumed run cannot tell whether the
  /// fields were others; the first set's own checkpoint does.
  var scalesAllSets: Bool { checkpoint != nil && normalization == .keep && reset == nil }

  /// The options that mean nothing without a checkpoint, of those that are set.
  var optionsOfCheckpoint: [String] {
    [
      ("normalization", normalization != .keep), ("freeze", frozen != nil), ("reset", reset != nil),
      ("lora-rank", loraRank != nil), ("lora-alpha", loraAlpha != nil), ("lora-layers", loraLayers != nil),
    ].filter(\.1).map(\.0)
  }
}
