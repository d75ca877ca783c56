public import Options
public import Symmetries
import SystemFiles

/// What a model is asked to learn: in which variables it sees the frames, what it predicts, and what is known of the equations.
///
/// The plain formulation is that of PDEBench: the model sees all given frames and predicts the next one.
public struct FormulationConfiguration: ConfigurationPart {
  /// What the model's output is.
  public enum Prediction: String, OptionChoice {
    /// The next frame.
    case state
    /// What is added to the last frame, in units of the increments' own deviation.
    case increment
  }

  /// Whether a model may rely on periodic fields.
  public enum Periodicity: String, OptionChoice {
    /// If the data say that they are.
    case auto
    /// They are.
    case yes
    /// It may not.
    case no
  }

  /// What the model's output is.
  public var predict = Prediction.state
  /// How many of the last frames the model sees; nil for all given ones.
  public var history: Int?
  /// Whether the model relies on periodic fields.
  public var periodic = Periodicity.no
  /// The steps to the canonical form in which the model sees a sample.
  public var canonical = KnownChoice<CanonicalPart>.none
  /// The symmetries in which a training sample is seen.
  public var augment = SymmetryChoice.none
  /// Whether a prediction is the mean over the symmetries.
  public var symmetrize = false
  /// What each predicted frame has in common with the last given one.
  public var conserve = KnownChoice<ConservedQuantity>.none
  /// The symmetries that the equations have.
  public var symmetries = SymmetryChoice.auto
  /// How variables change under the symmetries, as far as their names do not tell.
  public var variableKinds: [String] = []

  /// PDEBench's formulation.
  public init() {}

  /// The options.
  public static let options: [OptionDeclaration<FormulationConfiguration>] = [
    OptionDeclaration(
      "predict", \.predict,
      help: """
        What the model computes: the next frame (state), or what is added to the last one (increment), in units of the \
        increments' own deviation.
        """),
    OptionDeclaration(
      "history", \.history, in: .count,
      help: "Number of frames that the model sees: the last ones of the initial or predicted frames.",
      default: "all initial frames", example: 2),
    OptionDeclaration(
      "periodic", \.periodic,
      help: """
        Rely on periodic fields: an FNO without coordinates and padding, a U-Net with periodic padding. auto: if the data \
        say that they are.
        """),
    OptionDeclaration(
      "symmetries", \.symmetries,
      help: """
        The symmetries that the equations have: auto (told from the names of the variables and the boundary), none, or a list \
        such as reflect-x,exchange-xy,boost,scale; pdeop inspect prints them.
        """, example: .list([.reflection(axis: 0), .exchange(0, 1)])),
    OptionDeclaration(
      "variable-kinds", \.variableKinds,
      help: """
        How variables of your own change under the symmetries: name=scalar, positive, pseudoscalar, vector-x, tensor-xy, \
        density, pressure, velocity-x or conserved.
        """, default: "told from their names", example: ["u=vector-x", "w=pseudoscalar"]),
    OptionDeclaration(
      "canonical", \.canonical,
      help: """
        Show the model each sample in its canonical form: auto (all that holds), none, or some of galilean (the frame that moves \
        with the flow), scales (the sample's own density, pressure and speed) and logarithms (of positive variables). \
        Predictions and metrics are in the data's units.
        """, example: .list([.galilean, .logarithms])),
    OptionDeclaration(
      "augment", \.augment,
      help: """
        Train on samples transformed at random by these symmetries: auto (all reflections and exchanges that hold), none, or \
        a list.
        """, example: .list([.reflection(axis: 0)])),
    OptionDeclaration(
      "symmetrize", \.symmetrize,
      help:
        "Predict the mean over all reflections and exchanges that hold: lower errors for as many times the work."
    ),
    OptionDeclaration(
      "conserve", \.conserve,
      help: """
        Correct each predicted frame so that it has exactly the given frame's totals: auto (all that the equations conserve), none, or \
        some of mass, momentum and energy.
        """, example: .list([.mass, .momentum])),
  ]
}
