import Training
import Yams

/// Values given as options, under the names of the configuration's keys.
struct OptionValues {
  private(set) var layer = TrainingConfiguration.Layer()

  /// The values of groups of options that were given.
  init(_ groups: any TrainingOptionGroup...) {
    for group in groups { group.add(to: &self) }
  }

  var keys: [String] { Array(layer.values.keys) }

  /// Sets a value; nil, for an option that was not given, changes nothing.
  subscript(key: String) -> (any CustomStringConvertible)? {
    get { layer.values[key]?.string }
    set { if let newValue { layer.values[key] = Node(newValue.description) } }
  }
}

/// Options that are values of a run's configuration.
protocol TrainingOptionGroup {
  /// Adds those that were given, by name.
  func add(to values: inout OptionValues)
}
