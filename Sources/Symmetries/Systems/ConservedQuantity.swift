public import Options

/// What an equation leaves as it is, summed over a periodic domain.
public enum ConservedQuantity: String, OptionChoice, Codable {
  /// The mean of the density; of any other scalar that is only carried about, its own mean.
  case mass
  /// The mean of ρV, component by component; without a density, of V.
  case momentum
  /// The mean of p/(γ − 1) + ½ρ|V|².
  case energy
}
