import Safetensors
public import SystemFiles
public import TempBalance
import TensorCore

/// The layers of a file of weights, read and analyzed a few at a time.
///
/// Memory holds the largest layer, or as many smaller ones as take 128 MB, with the Gram matrix that each core works on.
public struct CheckpointAnalysis: Sendable {
  /// The layers that take part, in the model's order.
  public let layers: [LayerParameters]
  /// The names of the layers of each kind that was not asked for, in the model's order.
  public let leftOut: [LayerKind: [String]]
  /// The parameters whose low-rank corrections are of no kind that is analyzed, in the model's order.
  public let otherPairs: [String]

  private let archive: WeightArchive
  private let correction: LowRankCorrection
  /// By the name of a pair: the weights that it is added to.
  private let corrected: [String: LowRankCorrection.Corrected]

  /// Finds the layers of a file.
  ///
  /// - Parameters:
  ///   - archive: The weights.
  ///   - kinds: The kinds of layers that take part.
  ///   - correction: How low-rank corrections are read. Where they are added to weights, the sum is a layer of the weights'
  ///     kind, and weights of the same file do not take part once more by themselves.
  ///   - isWanted: Whether a layer of that name takes part.
  /// - Throws: ``CheckpointAnalysisError``, if no layer takes part or a correction has no base.
  public init(
    _ archive: WeightArchive, kinds: Set<LayerKind>, correction: LowRankCorrection = LowRankCorrection(),
    where isWanted: (_ layer: String) -> Bool = { _ in true }
  ) throws(CheckpointAnalysisError) {
    self.archive = archive
    self.correction = correction
    let parameters = archive.names.filter { archive.holdsFloats(named: $0) }
      .compactMap { name in archive.shape(of: name).map { (name: name, shape: $0) } }
    let all = LayerParameters.layers(in: parameters, kinds: Set(LayerKind.allCases))
    let others = parameters.filter { LayerKind(parameter: $0.name, shape: $0.shape) == nil }
    otherPairs = others.filter { $0.shape.count > 1 }
      .compactMap { Self.correctedParameter(by: $0.name) }.filter(isWanted)
    var corrected: [String: LowRankCorrection.Corrected] = [:]
    if let base = correction.base {
      for pair in all where pair.kind == .lowRank && isWanted(pair.name) {
        let axes = archive.shape(of: pair.parameters[0])?.count ?? 0
        guard let weights = correction.corrected(by: pair, axes: axes) else {
          throw .noBase(file: base.path, layer: pair.name)
        }
        corrected[pair.name] = weights
      }
    }
    self.corrected = corrected
    let merged =
      correction.base?.path == archive.path ? Set(corrected.values.flatMap(\.parameters)) : []
    let wanted = all.filter { isWanted($0.name) && merged.isDisjoint(with: $0.parameters) }
      .map { layer in (layer: layer, kind: Self.kind(of: layer, corrected)) }
    layers = wanted.filter { kinds.contains($0.kind) }.map(\.layer)
    leftOut = Dictionary(grouping: wanted.filter { !kinds.contains($0.kind) }, by: \.kind)
      .mapValues { $0.map(\.layer.name) }
    if layers.isEmpty {
      throw wanted.isEmpty && !all.isEmpty
        ? .noSuchLayer(file: archive.path, names: all.map(\.name))
        : .noLayers(file: archive.path, tensors: archive.names.count, leftOut: leftOut)
    }
  }

  /// The parameter that a low-rank correction's A corrects; nil where another parameter is named.
  private static func correctedParameter(by name: String) -> String? {
    var components = name.split(separator: ".")
    guard let place = components.firstIndex(where: { $0.lowercased() == "lora_a" }) else { return nil }
    components.remove(at: place)
    return components.joined(separator: ".")
  }

  /// What a layer is when it is analyzed: a correction that is added to weights is of their kind.
  private static func kind(
    of layer: LayerParameters, _ corrected: [String: LowRankCorrection.Corrected]
  ) -> LayerKind {
    (layer.kind == .lowRank ? corrected[layer.name]?.kind : nil) ?? layer.kind
  }

  /// Reads and analyzes the layers.
  ///
  /// - Parameters:
  ///   - analyzer: How spectra are taken and power laws fitted.
  ///   - progress: Told how many layers are done, now and then; what it throws ends the work.
  /// - Returns: One analysis for each of ``layers``.
  /// - Throws: `TempBalanceError` for weights that have no spectrum, `SafetensorsError` for a file that can no longer
  ///   be read.
  public func run(
    _ analyzer: LayerAnalyzer, progress: (_ done: Int) throws -> Void = { _ in }
  ) throws -> [LayerAnalysis] {
    var analyses: [LayerAnalysis] = []
    var next = layers.startIndex
    while next < layers.endIndex {
      let group = group(from: next)
      analyses += try analyzer.analyze(layers[group].map(weights(of:)))
      // Layers differ in size, and buffers that fit no other tensor would pile up.
      StoragePool.shared.trim()
      next = group.upperBound
      try progress(analyses.count)
    }
    return analyses
  }

  /// Reads all layers together.
  ///
  /// - Returns: The weights of each of ``layers``.
  /// - Throws: As ``run(_:progress:)``.
  public func weights() throws -> [LayerWeights] {
    try layers.map(weights(of:))
  }

  /// The number of elements that layers together may have: 128 MB.
  private static let groupSize = 1 << 25

  /// One layer, and those after it that are small enough to be analyzed with it.
  private func group(from start: Int) -> Range<Int> {
    var size = size(of: layers[start])
    var end = start + 1
    while end < layers.endIndex, size + self.size(of: layers[end]) <= Self.groupSize {
      size += self.size(of: layers[end])
      end += 1
    }
    return start..<end
  }

  /// The number of elements in a layer's tensors.
  private func size(of layer: LayerParameters) -> Int {
    let own = layer.parameters.reduce(0) { $0 + (archive.shape(of: $1)?.reduce(1, *) ?? 0) }
    let bases = layer.kind == .lowRank ? corrected[layer.name]?.parameters ?? [] : []
    return own + bases.reduce(0) { $0 + (correction.base?.shape(of: $1)?.reduce(1, *) ?? 0) }
  }

  private func weights(of layer: LayerParameters) throws -> LayerWeights {
    var tensors = try layer.parameters.map { name in
      try archive.tensor(named: name)
    }
    guard layer.kind == .lowRank, let factors = LowRankFactors(tensors) else {
      return try LayerWeights(name: layer.name, kind: layer.kind, tensors: tensors)
    }
    let scale = correction.scale.value(rank: factors.rank)
    if let weights = corrected[layer.name], let base = correction.base {
      return try .merged(
        name: layer.name, kind: weights.kind, bases: weights.parameters.map(base.tensor(named:)), factors,
        scale: scale)
    }
    if scale != 1 {
      // Every B follows every A.
      for index in tensors.count / 2..<tensors.count {
        tensors[index] = tensors[index].map { scale * $0 }
      }
    }
    return try LayerWeights(name: layer.name, kind: .lowRank, tensors: tensors)
  }
}

/// An error of a file with nothing to analyze.
public enum CheckpointAnalysisError: ReportableError, Equatable {
  /// There are no layers of the analyzed kinds.
  case noLayers(file: String, tensors: Int, leftOut: [LayerKind: [String]])
  /// No layer has a name that was asked for.
  case noSuchLayer(file: String, names: [String])
  /// A low-rank correction has no weights that it could be added to.
  case noBase(file: String, layer: String)
  /// The corrections are of weights that are stored as `[inputs, outputs]`.
  case transposedBase(file: String, option: String)

  /// A name that is not there is a mistake of usage.
  public var fault: Fault {
    if case .noSuchLayer = self { .usage } else { .data }
  }

  /// The sentence, with option names that are still to be spelled.
  public var message: Message {
    switch self {
    case .noLayers(let file, let tensors, let leftOut):
      "\(file) has no layer to analyze among its \(tensors) tensors"
        + (leftOut.isEmpty
          ? Self.expectation : " but \(Self.list(leftOut)); ask for them by \(option: "include").")
    case .noSuchLayer(let file, let names):
      """
      \(file) has no layer of that name; it has \(names.prefix(8).joined(separator: ", "))\
      \(names.count > 8 ? ", … (\(names.count) in all)" : ""); \(option: "layers") takes a pattern of whole names, such as \
      '\(Self.pattern(of: names.last ?? "fc1"))'.
      """
    case .transposedBase(let file, let option):
      """
      the low-rank corrections of \(file) are of weights that are stored as [inputs, outputs] (fan_in_fan_out in its \
      adapter_config.json), which are not read; merge them by another program first, or leave out \(option: option).
      """
    case .noBase(let file, let layer):
      "\(file) has no weights for the low-rank correction '\(layer)'; name the file that holds the weights of '\(layer)' by \(option: "base")."
    }
  }

  /// What would be a layer: see `LayerKind.init(parameter:shape:)`.
  private static let expectation: Message = """
    ; expected tensors in floating point: matrices, convolutions (three to five axes, under names that end in .weight) or spectral \
    weights (four to six axes, the last of extent 2, under names like conv0.weights1).
    """

  /// A pattern for a layer and those that end as it does.
  private static func pattern(of name: String) -> String {
    name.lastIndex(of: ".").map { "*\(name[$0...])" } ?? name
  }

  private static func list(_ kinds: [LayerKind: [String]]) -> String {
    kinds.sorted { $0.key.rawValue < $1.key.rawValue }
      .map { "\($0.value.count) of the kind \($0.key.rawValue)" }.joined(separator: ", ")
  }
}
