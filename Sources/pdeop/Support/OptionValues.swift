import Training
import Yams

/// Values given as options, under the names of the configuration's keys.
struct OptionValues {
  private(set) var layer = TrainingConfiguration.Layer()

  var keys: [String] { Array(layer.values.keys) }

  /// Sets a value; nil, for an option that was not given, changes nothing.
  subscript(key: String) -> (any CustomStringConvertible)? {
    get { layer.values[key]?.string }
    set { if let newValue { layer.values[key] = Node(newValue.description) } }
  }
}
