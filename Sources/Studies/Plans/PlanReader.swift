import SystemFiles
import Yams

/// Turns a plan's YAML into cells, and collects what is wrong on the way.
struct PlanReader {
  var mistakes: PlanMistakes
  /// What users should know about the ratios.
  var notes: [String] = []

  /// What a plan holds.
  struct Parts {
    var training = PlanSection()
    var datasets: [Named] = []
    var models: [Named] = []
    var methods: [Named] = []
    var thinnings: [Thinning] = []
    var overrides: [Override] = []
    var seeds: [UInt64] = []
    var baseline = ""
    var tuning = BenchmarkPlan.Tuning.standard
    var resamples = false
  }

  /// A section with a name.
  struct Named {
    let name: String
    let node: Node
    let section: PlanSection
  }

  /// How many of the training samples are kept.
  struct Thinning {
    let value: Double
    let isCount: Bool
    let node: Node

    /// As part of a folder's name.
    var name: String { (isCount ? "samples-" : "ratio-") + plain(value) }

    /// How far this is from what a stride really keeps.
    func distance(from kept: (count: Int, stride: Int)) -> Double {
      abs(value - (isCount ? Double(kept.count) : 1 / Double(kept.stride)))
    }
  }

  /// Values for some of the cells.
  struct Override {
    let conditions: [String: [String]]
    let section: PlanSection

    func applies(_ dataset: String, _ model: String, _ method: String, _ thinning: Thinning) -> Bool {
      func holds(_ key: String, _ value: String) -> Bool { conditions[key]?.contains(value) ?? true }
      let amount = plain(thinning.value)
      return holds("data", dataset) && holds("models", model) && holds("methods", method)
        && holds("ratios", amount) && holds("training-samples", amount)
    }
  }

  private static let keys = [
    "training", "data", "models", "ratios", "training-samples", "methods", "baseline", "seeds", "tuning",
    "subsets", "overrides",
  ]

  init(file: String?) {
    mistakes = PlanMistakes(file: file)
  }

  mutating func parts(_ root: Node?) -> Parts {
    var parts = Parts()
    guard let root, case .mapping(let mapping) = root else {
      mistakes.add(root, "a plan must hold lines of the form 'key: value', with data, ratios and more.")
      return parts
    }
    var nodes: [String: Node] = [:]
    for (key, value) in mapping {
      guard let name = key.string, Self.keys.contains(name) else {
        mistakes.add(
          key,
          "'\(key.string ?? "…")' is not a section of a plan; its sections are \(Self.keys.joined(separator: ", "))."
        )
        continue
      }
      nodes[name] = value
    }
    if let node = nodes["training"] { parts.training = PlanSection(node, "'training'", &mistakes) }
    parts.datasets = named(nodes["data"], "data", root) { name, node in
      // The name of a file says enough, and so do the names of several.
      if case .mapping = node { return nil }
      return Node([(Node("data"), node)])
    }
    parts.models = named(nodes["models"], "models", root) { name, node in
      guard case .scalar = node, node.null == nil else { return nil }
      return Node([(Node("model"), node)])
    }
    parts.methods = named(nodes["methods"], "methods", root)
    parts.thinnings = thinnings(nodes, root)
    parts.seeds = seeds(nodes["seeds"])
    parts.baseline = baseline(nodes["baseline"], parts.methods)
    if let node = nodes["tuning"] {
      if let tuning = BenchmarkPlan.Tuning(node.string ?? "") {
        parts.tuning = tuning
      } else {
        mistakes.add(node, "'tuning' must be first-seed, every-seed, or the number of seeds that choose.")
      }
    }
    if let node = nodes["subsets"] {
      parts.resamples = node.string == "resampled"
      if !["same", "resampled"].contains(node.string) {
        mistakes.add(
          node,
          "'subsets' must be same, all seeds train on the same samples, or resampled, each seed on samples of its own."
        )
      }
    }
    parts.overrides = overrides(nodes["overrides"], parts)
    return parts
  }

  private mutating func named(
    _ node: Node?, _ key: String, _ root: Node, short: (String, Node) -> Node? = { _, _ in nil }
  ) -> [Named] {
    guard let node else {
      mistakes.add(nil, "'\(key)' is missing: a plan names its \(key) and says what each of them is.")
      return []
    }
    guard case .mapping(let mapping) = node, !mapping.isEmpty else {
      mistakes.add(
        node, "'\(key)' is empty: it must hold names, each with lines of the form 'option: value'.")
      return []
    }
    var result: [Named] = []
    var names: [String: String] = [:]
    for (keyNode, value) in mapping {
      guard let name = keyNode.string, !name.isEmpty else {
        mistakes.add(keyNode, "'\(key)' has an entry without a name.")
        continue
      }
      let word = BenchmarkLabel.word(name)
      if let other = names.updateValue(name, forKey: word) {
        mistakes.add(keyNode, "'\(name)' and '\(other)' would name the same folders; change one of them.")
        continue
      }
      result.append(
        Named(
          name: name, node: keyNode,
          section: PlanSection(short(name, value) ?? value, "'\(name)' of \(key)", &mistakes)))
    }
    return result
  }

  private mutating func thinnings(_ nodes: [String: Node], _ root: Node) -> [Thinning] {
    if let node = nodes["ratios"], nodes["training-samples"] != nil {
      mistakes.add(node, "'ratios' and 'training-samples' both say which samples to keep; give one of them.")
    }
    guard let node = nodes["ratios"] ?? nodes["training-samples"] else {
      mistakes.add(nil, "'ratios' is missing: give a list of ratios, or of numbers under 'training-samples'.")
      return []
    }
    let isCount = nodes["ratios"] == nil
    var (result, known) = ([Thinning](), Set<Double>())
    for entry in list(node) {
      let value = entry.float ?? .nan
      let isFit =
        isCount ? value >= 1 && value < 0x1p31 && value == value.rounded() : value > 0x1p-31 && value <= 1
      if !isFit {
        mistakes.add(
          entry,
          isCount
            ? "a number of training samples must be a whole number above 0, not '\(entry.string ?? "…")'."
            : "a ratio must be above 0 and at most 1, not '\(entry.string ?? "…")'.")
      } else if known.insert(value).inserted {
        result.append(Thinning(value: value, isCount: isCount, node: entry))
      } else {
        mistakes.add(entry, "\(plain(value)) is given twice; remove one of them.")
      }
    }
    if list(node).isEmpty {
      mistakes.add(node, "'\(isCount ? "training-samples" : "ratios")' is empty; give at least one.")
    }
    return result
  }

  private mutating func seeds(_ node: Node?) -> [UInt64] {
    guard let node else { return BenchmarkPlan.standardSeeds }
    var (result, known) = ([UInt64](), Set<UInt64>())
    for entry in list(node) {
      // A file of results has no room for larger ones.
      guard let seed = entry.string.flatMap(UInt64.init), seed <= UInt64(Int64.max) else {
        mistakes.add(
          entry, "a seed must be a whole number from 0 to \(Int64.max), not '\(entry.string ?? "…")'.")
        continue
      }
      if known.insert(seed).inserted {
        result.append(seed)
      } else {
        mistakes.add(entry, "the seed \(seed) is given twice; remove one of them.")
      }
    }
    if list(node).isEmpty { mistakes.add(node, "'seeds' is empty; give at least one seed.") }
    return result
  }

  private mutating func baseline(_ node: Node?, _ methods: [Named]) -> String {
    guard let node else {
      return (methods.first { $0.name == "baseline" } ?? methods.first)?.name ?? ""
    }
    let name = node.string ?? ""
    if !methods.isEmpty, !methods.contains(where: { $0.name == name }) {
      mistakes.add(
        node,
        "'baseline' must be one of the methods \(methods.map(\.name).joined(separator: ", ")), not '\(name)'."
      )
    }
    return name
  }

  private mutating func overrides(_ node: Node?, _ parts: Parts) -> [Override] {
    guard let node else { return [] }
    guard case .sequence(let sequence) = node else {
      mistakes.add(node, "'overrides' must be a list, each with 'for' and lines of the form 'option: value'.")
      return []
    }
    let known: [String: [String]] = [
      "data": parts.datasets.map(\.name), "models": parts.models.map(\.name),
      "methods": parts.methods.map(\.name),
      (parts.thinnings.first?.isCount ?? false) ? "training-samples" : "ratios":
        parts.thinnings.map { plain($0.value) },
    ]
    var result: [Override] = []
    for entry in sequence {
      var conditions: [String: [String]] = [:]
      if case .mapping(let mapping)? = entry["for"] {
        for (keyNode, value) in mapping {
          let key = keyNode.string ?? ""
          guard let names = known[key] else {
            mistakes.add(keyNode, "'for' knows \(known.keys.sorted().joined(separator: ", ")), not '\(key)'.")
            continue
          }
          conditions[key] = list(value).map { $0.float.map(plain) ?? $0.string ?? "" }
          for (name, place) in zip(conditions[key] ?? [], list(value)) where !names.contains(name) {
            mistakes.add(place, "'\(name)' is none of the \(key) \(names.joined(separator: ", ")).")
          }
        }
      } else {
        mistakes.add(entry, "an entry of 'overrides' lacks 'for', which says what it is for.")
      }
      result.append(
        Override(
          conditions: conditions, section: PlanSection(entry, "an override", ignoring: ["for"], &mistakes)))
    }
    return result
  }

  /// The entries of a list; a single value stands for a list of one.
  private func list(_ node: Node) -> [Node] {
    if case .sequence(let sequence) = node { return Array(sequence) }
    return node.null != nil ? [] : [node]
  }
}

/// A number as people write it.
func plain(_ number: Double) -> String {
  let text = "\(number)"
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
