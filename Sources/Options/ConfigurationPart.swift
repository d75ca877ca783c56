/// Values that belong together, each with its option.
///
/// The options are declared next to the properties that hold their values:
///
/// ```swift
/// struct Noise: ConfigurationPart {
///   var deviation = 0.0
///
///   static let options: [OptionDeclaration<Noise>] = [
///     OptionDeclaration("noise", \.deviation, in: .notNegative, help: "Standard deviation of noise.")
///   ]
/// }
/// ```
public protocol ConfigurationPart: Sendable, Equatable {
  /// The defaults.
  init()

  /// The options, in the order in which people read about them.
  static var options: [OptionDeclaration<Self>] { get }
}
