import SystemFiles
import Options

extension TrainingConfiguration {
  /// Checks that there are data to train on, and the values.
  ///
  /// - Throws: ``ConfigurationError/missing(key:)`` without data, and what ``validateValues()`` throws.
  public func validate() throws(ConfigurationError) {
    guard !data.paths.names.isEmpty else { throw .missing(key: "data") }
    try validateValues()
  }

  /// Checks the values against their ranges.
  ///
  /// - Throws: ``ConfigurationError/outOfRange(key:value:expected:)`` for the first that is outside, and
  ///   ``ConfigurationError/conflict(_:)`` for values that contradict each other.
  public func validateValues() throws(ConfigurationError) {
    for option in ownOptions.all {
      do {
        try option.declaration.validate(self)
      } catch {
        throw .outOfRange(key: option.name, value: error.value, expected: error.expected)
      }
    }
    guard tempbalance.method != .off else { return }
    if tempbalance.method == .linear, tempbalance.scale + tempbalance.lowest == 0 {
      throw .conflict(
        """
        \(option: "tempbalance-scale") and \(option: "tempbalance-lowest") are both 0, and no layer would train; give one \
        of them
        """)
    }
    if tempbalance.target == .weightDecay, optimizer.weightDecay == 0 {
      throw .conflict(
        """
        \(option: "tempbalance-target", "weight-decay") balances what \(option: "weight-decay", "0") leaves out; give a \
        weight decay
        """)
    }
  }

  /// The options that this configuration has values for.
  var ownOptions: ConfigurationOptions { ConfigurationOptions(kinds: kinds) }
}
