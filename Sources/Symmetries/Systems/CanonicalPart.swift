public import Options

/// A part of the canonical form of a sample.
public enum CanonicalPart: String, OptionChoice, Codable {
  /// The frame of reference in which the sample is at rest on the whole.
  case galilean
  /// Density, pressure and velocity in units of the sample.
  case scales
  /// Logarithms of positive variables.
  case logarithms
}
