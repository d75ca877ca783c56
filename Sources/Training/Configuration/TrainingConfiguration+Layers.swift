import NeuralOperators
import PDEData
import TempBalance
import Yams

extension [TrainingConfiguration.Layer] {
  /// The ratio of training samples that the layers ask for; nil if they ask for none, or the last one for a stride.
  package var ratio: Double? {
    last { $0.values["ratio"] != nil || $0.values["reduced-batch"] != nil }?.values["ratio"]?.float
  }
}

extension TrainingConfiguration {
  /// The key under which a run's configuration keeps the version of the program that wrote it.
  static let versionKey = "pdeop-version"

  /// The defaults with layers on top, later ones above earlier ones.
  ///
  /// A layer may give `ratio` instead of `reduced-batch`.
  ///
  /// - Parameter layers: What to put on top.
  /// - Throws: ``ConfigurationError`` for a key that no option has, or a value that does not fit its key.
  public init(layers: [Layer]) throws(ConfigurationError) {
    let known = CodingKeys.allCases.map(\.rawValue)
    var values: [String: (node: Node, source: String?)] = [:]
    for layer in layers {
      for (key, node) in layer.values where key != Self.versionKey {
        guard known.contains(key) || key == "ratio" else {
          throw .unknownKey(key: key, file: layer.source ?? "a layer", known: known + ["ratio"])
        }
        // The later of the two ways to thin the samples wins; in one layer they contradict each other.
        if key == "ratio" { values["reduced-batch"] = nil }
        if key == "reduced-batch" { values["ratio"] = nil }
        values[key] = (node, layer.source)
      }
      if layer.values["ratio"] != nil, layer.values["reduced-batch"] != nil {
        throw .conflict(
          (layer.source.map { "\($0): " } ?? "")
            + "--ratio and --reduced-batch both say which samples to keep; give one of them.")
      }
    }
    self.init()
    let ratio = values.removeValue(forKey: "ratio")
    do {
      self = try replacing(values.mapValues(\.node))
    } catch {
      // Alone, a mistake can be named.
      for (key, value) in values.sorted(by: { $0.key < $1.key })
      where (try? replacing([key: value.node])) == nil {
        throw Self.mistake(key, value, expected: try Self.expectation(key))
      }
      throw .unreadable(file: "the configuration", reason: "\(error)")
    }
    if let ratio {
      guard let number = ratio.node.float, let stride = try? Subsampling.reducedBatch(ratio: number) else {
        throw Self.mistake("ratio", ratio, expected: "a number above 0 and at most 1")
      }
      reducedBatch = stride
    }
  }

  private static func mistake(
    _ key: String, _ value: (node: Node, source: String?), expected: String
  ) -> ConfigurationError {
    let text = "'\(text(value.node))'"
    guard let source = value.source else { return .outOfRange(key: key, value: text, expected: expected) }
    return .wrongValue(key: key, value: text, file: source, expected: expected)
  }

  /// This configuration with other values for some keys.
  private func replacing(_ values: [String: Node]) throws -> TrainingConfiguration {
    var nodes = try encoded()
    for (key, node) in values { nodes[key] = Self.lists.contains(key) ? Self.list(node) : node }
    return try YAMLDecoder().decode(
      Self.self, from: .mapping(Node.Mapping(nodes.map { (Node($0.key), $0.value) })))
  }

  private func encoded() throws(ConfigurationError) -> [String: Node] {
    do {
      let node = try Yams.compose(yaml: YAMLEncoder().encode(self))
      guard case .mapping(let mapping) = node else { return [:] }
      return Dictionary(
        mapping.compactMap { key, value in key.string.map { ($0, value) } }, uniquingKeysWith: { $1 })
    } catch {
      throw .unreadable(file: "the configuration", reason: "\(error)")
    }
  }

  /// The keys whose values are lists.
  private static let lists = [CodingKeys.modes, .tempbalanceKinds].map(\.rawValue)

  /// A single value stands for a list of one.
  private static func list(_ node: Node) -> Node {
    if case .sequence = node { return node }
    return .sequence(Node.Sequence(text(node).split(separator: ",").map { Node(String($0)) }))
  }

  private static func text(_ node: Node) -> String {
    switch node {
    case .scalar(let scalar): scalar.string
    case .sequence(let sequence): sequence.map(text).joined(separator: ",")
    default: "a mapping"
    }
  }

  /// What a key's value looks like, in words.
  private static func expectation(_ key: String) throws(ConfigurationError) -> String {
    switch CodingKeys(rawValue: key) {
    case .model: choice(ModelKind.self)
    case .padding: choice(PaddingMode.self)
    case .normalize: choice(Normalization.self)
    case .optimizer: choice(OptimizerKind.self)
    case .secondMoment: choice(SecondMoment.self)
    case .schedule: choice(Schedule.self)
    case .tempbalance: choice(Balancing.self)
    case .tempbalanceScore: choice(LayerScore.self)
    case .tempbalanceTarget: choice(BalancingTarget.self)
    case .tempbalanceFit: choice(FitMethod.self)
    case .tempbalanceKinds: "some of " + choice(LayerKind.self)
    case .tempbalanceConv1d: choice(LineConvolution.self)
    case .tempbalanceLeaveOut: choice(LeftOutLayers.self)
    case .tempbalanceIntervalUnit: choice(IntervalUnit.self)
    case .shuffle, .pad, .activationCheckpointing, .adafactorScaleParameters, .adafactorRelativeStep,
      .tempbalanceKeepMean,
      .tempbalanceNormalizationFollows:
      "true or false"
    default: "a value like \(try example.encoded()[key].map(text) ?? "another")"
    }
  }

  private static func choice<Kind: CaseIterable & RawRepresentable<String>>(_: Kind.Type) -> String {
    let words = Kind.allCases.map(\.rawValue)
    return words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
  }

  /// A configuration in which everything has a value.
  private static var example: TrainingConfiguration {
    var example = TrainingConfiguration()
    example.testSamples = 1000
    example.unroll = 20
    example.clipGradients = 1
    example.samRho = 0.05
    example.tempbalanceScaleBelow = 0.5
    example.tempbalanceFarms = 1
    example.tempbalanceRelativeThreshold = 0.001
    example.tempbalanceBlocks = "layer.*"
    example.initialWeights = "weights.safetensors"
    example.cacheMemory = 4096
    example.threads = 4
    return example
  }

  /// This configuration as a layer, to put others on top.
  ///
  /// - Returns: The layer.
  /// - Throws: If the encoder fails, which has not been seen.
  public func layer() throws(ConfigurationError) -> Layer {
    Layer(source: "the run's configuration", values: try encoded())
  }

  /// The configuration as YAML, a line for every value that is set, and the version of the program.
  package func yaml() throws(ConfigurationError) -> String {
    let nodes = try encoded()
    let lines = CodingKeys.allCases.compactMap { key in
      nodes[key.rawValue].map { (Node(key.rawValue), Self.plain($0)) }
    }
    do {
      return try Yams.serialize(
        node: .mapping(Node.Mapping([(Node(Self.versionKey), Node(Version.current))] + lines)),
        allowUnicode: true)
    } catch {
      throw .unreadable(file: "the configuration", reason: "\(error)")
    }
  }

  /// Lists on one line, and numbers as people write them: the encoder writes 0.5 as 5e-1.
  private static func plain(_ node: Node) -> Node {
    switch node {
    case .sequence(let sequence):
      return .sequence(Node.Sequence(Array(sequence), .implicit, .flow))
    case .scalar(let scalar) where scalar.style == .plain && UInt64(scalar.string) == nil:
      guard let number = Double(scalar.string) else { return node }
      let text = "\(number)"
      return Node(text.hasSuffix(".0") ? String(text.dropLast(2)) : text)
    default:
      return node
    }
  }
}
