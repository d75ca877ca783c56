import Optimizers
public import Options
import SystemFiles
import Yams

/// The plan of a simple case as a YAML text, from options.
public struct PlanText {
  /// Values for all runs, by key.
  public var training: [String: OptionText] = [:]
  /// Files.
  public var data: [String] = []
  /// Kinds of models.
  public var models: [String] = []
  /// Parts of the training samples.
  public var ratios: [String] = []
  /// Numbers of training samples; used if there are no ratios.
  public var trainingSamples: [String] = []
  /// Words of ``method(_:)``.
  public var methods: [String] = []
  /// Learning rates to choose from.
  public var learningRates: [String] = []
  /// TempBalance's scales to choose from.
  public var scales: [String] = []
  /// Seeds.
  public var seeds: [String] = []
  /// Which seeds choose.
  public var tuning = ""

  /// A plan without anything.
  public init() {}

  /// The words that a method may be made of, joined by `+`, and what each sets.
  public static let methodWords: [(word: String, values: KeyValuePairs<String, String>)] =
    [
      ("baseline", [:]), ("tempbalance", ["tempbalance": "sigmoid"]),
      ("linear", ["tempbalance": "linear"]),
      ("spectral", ["tempbalance": "sigmoid", "tempbalance-kinds": "linear,convolution,spectral"]),
      ("sam", ["sam-rho": "0.05"]),
    ] + OptimizerRegistry.standard.names.map { ($0, ["optimizer": $0]) }

  /// The keys that a method sets; nil for a word that is not known.
  ///
  /// - Parameter name: Words, joined by `+`.
  /// - Returns: The values by key.
  public static func method(_ name: String) -> [String: String]? {
    var result: [String: String] = [:]
    for word in name.split(separator: "+", omittingEmptySubsequences: false) {
      guard let values = methodWords.first(where: { $0.word == word })?.values else { return nil }
      for (key, value) in values { result[key] = value }
    }
    return result
  }

  /// The plan as YAML, in the form that a file has.
  ///
  /// - Returns: The text.
  /// - Throws: If the YAML library fails, which has not been seen.
  public func yaml() throws -> String {
    var root: [(Node, Node)] = []
    if !training.isEmpty {
      root.append(
        (
          Node("training"),
          Self.mapping(training.sorted { $0.key < $1.key }.map { ($0.key, Node($0.value.description)) })
        ))
    }
    root.append(
      (Node("data"), Self.mapping(data.map { (Self.name(ofFile: $0), Self.mapping([("data", Node($0))])) })))
    root.append((Node("models"), Self.mapping(models.map { ($0, Self.mapping([("model", Node($0))])) })))
    if !ratios.isEmpty { root.append((Node("ratios"), Self.list(ratios))) }
    if !trainingSamples.isEmpty { root.append((Node("training-samples"), Self.list(trainingSamples))) }
    let sections = methods.map { name -> (String, Node) in
      var values = (Self.method(name) ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, Node($0.value)) }
      var grid: [(String, Node)] = []
      if !learningRates.isEmpty { grid.append(("learning-rate", Self.list(learningRates))) }
      if !scales.isEmpty, values.contains(where: { $0.0 == "tempbalance" }) {
        grid.append(("tempbalance-scale", Self.list(scales)))
      }
      if !grid.isEmpty { values.append(("grid", Self.mapping(grid))) }
      return (name, Self.mapping(values))
    }
    root.append((Node("methods"), Self.mapping(sections)))
    root.append((Node("seeds"), Self.list(seeds)))
    root.append((Node("tuning"), Node(tuning)))
    return try Yams.serialize(node: .mapping(Node.Mapping(root)), allowUnicode: true)
  }

  private static func mapping(_ values: [(String, Node)]) -> Node {
    .mapping(Node.Mapping(values.map { (Node($0.0), $0.1) }))
  }

  private static func list(_ values: [String]) -> Node {
    .sequence(Node.Sequence(values.map { Node($0) }, .implicit, .flow))
  }

  private static func name(ofFile path: String) -> String {
    let name = FilePath.name(of: path)
    let beforeEnding = name.split(separator: ".").dropLast().joined(separator: ".")
    return beforeEnding.isEmpty ? name : beforeEnding
  }
}
