import NeuralOperators
import Options
import SystemFiles
import TempBalance

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
    try validateFineTuning()
    try validateMixture()
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

  private func validateMixture() throws(ConfigurationError) {
    guard let weights = data.weights else { return }
    guard weights.count == data.paths.names.count else {
      throw .conflict(
        """
        \(option: "weights") gives \(weights.count) numbers for \(data.paths.names.count) sets; give \(option: "data") as often as there \
        are numbers
        """)
    }
    guard data.testPaths.names.isEmpty, data.validationPaths.names.isEmpty else {
      throw .conflict(
        """
        With \(option: "weights") each set has its own samples for test and validation; leave out \(option: "test-data") and \
        \(option: "validation-data")
        """)
    }
  }

  private func validateFineTuning() throws(ConfigurationError) {
    if fineTuning.checkpoint == nil, let name = fineTuning.optionsOfCheckpoint.first {
      throw .conflict("\(option: name) says how to go on from a checkpoint; name one by \(option: "from")")
    }
    if fineTuning.checkpoint != nil, model.initialWeights != nil {
      throw .conflict(
        """
        \(option: "from") and \(option: "initial-weights") both say what to start from; give \(option: "from") for a \
        checkpoint with its settings, \(option: "initial-weights") for weights alone
        """)
    }
    if fineTuning.loraRank == nil, fineTuning.loraAlpha != nil || fineTuning.loraLayers != nil {
      throw .conflict(
        "\(option: fineTuning.loraAlpha == nil ? "lora-layers" : "lora-alpha") needs \(option: "lora-rank")")
    }
  }

  /// Checks that a layer sets no option that changes nothing as long as another is as it is: one of TempBalance's while that is off, one
  /// of the map or the fit that it does not use, the unit of no noise, what a model does at the ends of periodic fields.
  ///
  /// It is meant for what somebody has typed. A file may have been written with all values, and what several runs have in common may be of
  /// use to some of them.
  ///
  /// - Parameter layer: The layer.
  /// - Throws: ``ConfigurationError/conflict(_:)`` if it does.
  public func requireUse(of layer: Layer) throws(ConfigurationError) {
    for (key, text) in layer.values.sorted(by: { $0.key < $1.key }) {
      guard let reason = need(of: key) else { continue }
      throw .conflict("\(option: key, text == .word("false") ? "false" : nil) \(reason), or leave it out")
    }
  }

  /// Why an option changes nothing, and what to give for that it does; nil if it changes something.
  private func need(of key: String) -> Message? {
    // The model of a checkpoint has its own ends, and contradicts other ones itself.
    if formulation.periodic == .yes, fineTuning.checkpoint == nil,
      type(of: model.description).optionsOfEnds.contains(key)
    {
      return "changes nothing on periodic fields, which have no ends; give \(option: "periodic", "no")"
    }
    return switch (key, tempbalance.method) {
    case ("noise-unit", _) where loss.noise == 0: "changes nothing without noise; give \(option: "noise")"
    case (_, .off) where key.hasPrefix("tempbalance-"):
      """
      changes nothing while \(option: "tempbalance") is off; give \(option: "tempbalance", "sigmoid") or \
      \(option: "tempbalance", "linear")
      """
    case ("tempbalance-lowest", .sigmoid):
      "changes nothing with the sigmoid; give \(option: "tempbalance", "linear")"
    case ("tempbalance-steepness", .linear), ("tempbalance-scale-below", .linear):
      "changes nothing with the linear map; give \(option: "tempbalance", "sigmoid")"
    case ("tempbalance-xmin-pos", _) where tempbalance.fit != .median:
      "changes nothing with another fit than the median; give \(option: "tempbalance-fit", "median")"
    default: nil
    }
  }

  /// The options that this configuration has values for.
  var ownOptions: ConfigurationOptions { ConfigurationOptions(kinds: kinds) }
}
