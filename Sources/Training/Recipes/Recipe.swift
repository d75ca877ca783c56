public import Options

/// Settings to start from instead of the defaults.
public enum Recipe: String, OptionChoice {
  /// The defaults: those of a careful practitioner who knows nothing of the equations.
  case plain
  /// What makes the most of few samples (``LowDataRecipe``).
  case lowData = "low-data"
  /// What the paper trained with (``PaperRecipe``).
  case paper

  /// The settings for a choice of data, samples and model, to be overridden by what the user sets.
  ///
  /// - Parameters:
  ///   - choice: The user's choice.
  ///   - givesEpochs: Whether the user has chosen the number of epochs, even if it is the usual one; if nil, whether it is another.
  /// - Returns: The settings, which do not name the data, and what says of them and what the user has set on top what was
  ///   chosen and why, a sentence each.
  /// - Throws: If the choice is none, the data cannot be read, or the recipe has no settings for them.
  public func configuration(
    for choice: TrainingConfiguration, givesEpochs: Bool? = nil
  ) throws -> (settings: TrainingConfiguration, reasons: (TrainingConfiguration) -> [String]) {
    switch self {
    case .plain: return (TrainingConfiguration(), { _ in [] })
    case .paper: return (try PaperRecipe.configuration(for: choice), { _ in [] })
    case .lowData:
      let recipe = try LowDataRecipe(for: choice, givesEpochs: givesEpochs)
      return (recipe.configuration, recipe.reasons(for:))
    }
  }
}
