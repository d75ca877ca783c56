import SystemFiles
import Training
import Yams

/// Values of a plan that hold for some of its runs: keys of a run's configuration, and a grid to choose from.
struct PlanSection {
  /// The line that it begins in.
  var line: Int?
  /// A single value for each key.
  var values: [String: Node] = [:]
  /// Several values for each key.
  var grid: [String: [Node]] = [:]

  /// Keys that the plan itself sets for each run.
  private static let reserved = [
    "ratio": "give the ratios under 'ratios'", "reduced-batch": "give the ratios under 'ratios'",
    "seed": "give the seeds under 'seeds'",
    "threads": "the runs share the machine's threads by themselves",
  ]

  init() {}

  /// Reads a section; what is wrong with it goes to the mistakes, and the rest is used.
  ///
  /// - Parameters:
  ///   - node: A mapping.
  ///   - what: What the section is, in words.
  ///   - ignored: Keys that are read elsewhere.
  ///   - mistakes: Takes what is wrong.
  init(_ node: Node, _ what: String, ignoring ignored: [String] = [], _ mistakes: inout PlanMistakes) {
    line = node.mark?.line
    guard case .mapping(let mapping) = node else {
      // An empty section is one that changes nothing.
      if node.null == nil { mistakes.add(node, "\(what) must hold lines of the form 'option: value'.") }
      return
    }
    for (keyNode, value) in mapping {
      guard let key = keyNode.string else {
        mistakes.add(keyNode, "a key of \(what) is not a word.")
        continue
      }
      if ignored.contains(key) { continue }
      if key == "grid" {
        readGrid(value, what, &mistakes)
      } else if isUsable(key, keyNode, value, what, &mistakes) {
        values[key] = value
      }
    }
    for key in grid.keys.sorted() where values[key] != nil {
      mistakes.add(values[key] ?? node, "\(what) sets \(key), and its grid does too; keep one of them.")
    }
  }

  private mutating func readGrid(_ node: Node, _ what: String, _ mistakes: inout PlanMistakes) {
    guard case .mapping(let mapping) = node else {
      mistakes.add(node, "the grid of \(what) must hold lines of the form 'option: [value, value]'.")
      return
    }
    for (keyNode, value) in mapping {
      guard let key = keyNode.string else { continue }
      guard case .sequence(let sequence) = value, !sequence.isEmpty else {
        mistakes.add(
          keyNode, "the grid of \(what) gives \(key) no list of values; write '\(key): [value, value]'.")
        continue
      }
      // Folders are named after what a text means: 0.001 and 1e-3 are one.
      let texts = sequence.compactMap(\.pointText)
      if Set(texts).count < texts.count {
        mistakes.add(keyNode, "the grid of \(what) gives a value of \(key) twice.")
        continue
      }
      if sequence.allSatisfy({ isUsable(key, keyNode, $0, what, &mistakes) }) { grid[key] = Array(sequence) }
    }
  }

  private func isUsable(
    _ key: String, _ keyNode: Node, _ value: Node, _ what: String, _ mistakes: inout PlanMistakes
  ) -> Bool {
    if let remedy = Self.reserved[key] {
      mistakes.add(keyNode, "\(what) sets \(key), which the plan sets for each run; \(remedy).")
      return false
    }
    // A recipe is read when the data are known.
    if key == PlanReader.recipeKey { return true }
    do {
      _ = try TrainingConfiguration(layers: [.init(source: what, values: [key: value.optionText])])
      return true
    } catch {
      let isOfKey = if case .unknownKey = error { true } else { false }
      mistakes.add(isOfKey ? keyNode : value, "\(error)")
    }
    return false
  }

  /// This section with another on top.
  func overlaid(by other: PlanSection) -> PlanSection {
    var result = self
    for (key, value) in other.values {
      result.values[key] = value
      result.grid[key] = nil
    }
    for (key, values) in other.grid {
      result.grid[key] = values
      result.values[key] = nil
    }
    return result
  }

  /// All combinations of the grid's values, in order; one without values if there is no grid.
  var points: [[String: Node]] {
    grid.sorted { $0.key < $1.key }.reduce([[:]]) { points, axis in
      points.flatMap { point in
        axis.value.map { value in point.merging([axis.key: value]) { $1 } }
      }
    }
  }
}

/// Collects what is wrong with a plan.
struct PlanMistakes {
  let file: String?
  private(set) var all: [PlanMistake] = []
  private var known: Set<PlanMistake> = []

  init(file: String?) {
    self.file = file
  }

  mutating func add(_ node: Node?, _ text: Message, isOfData: Bool = false) {
    let mistake = PlanMistake(
      file: file, line: file == nil ? nil : node?.mark?.line, text: text, isOfData: isOfData)
    // Runs that have something in common have its mistake in common.
    if known.insert(mistake).inserted { all.append(mistake) }
  }

  func throwIfAny() throws(BenchmarkError) {
    guard !all.isEmpty else { return }
    throw .badPlan(all.sorted { ($0.line ?? 0) < ($1.line ?? 0) })
  }
}
