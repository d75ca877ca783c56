public import Options

/// What noise on the given frames is measured in.
public enum NoiseUnit: String, OptionChoice {
  /// One in the units that the model sees, which are each variable's deviation where variables are scaled.
  case deviation
  /// The Euclidean norm of a sample's given frames of a variable, over frames and points, as in DPOT's training (Hao et al.,
  /// arXiv:2403.03542).
  case norm
}
