import Options
import PDEData
import Studies
import SystemFiles
import TestSupport
import Testing
import Training

@Suite("Plan of a benchmark")
struct BenchmarkPlanTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    // 12 samples: one for the test, two for validation, nine to train on.
    try WaveFile().write(to: folder.file("line.hdf5"))
  }

  private var text: String {
    """
    training: {initial-steps: 4, modes: 4, width: 6, batch-size: 3, epochs: 2, validation-samples: 2}
    data:
      line: \(folder.file("line.hdf5"))
    models:
      fno:
    ratios: [1, 0.3]
    methods:
      baseline:
        grid: {learning-rate: [1e-3, 2e-3, 4e-3]}
      balanced:
        tempbalance: sigmoid
        grid: {learning-rate: [1e-3], tempbalance-scale: [0.5, 1]}
    seeds: [3, 5]
    overrides:
      - for: {ratios: [0.3], methods: [baseline]}
        epochs: 7
        grid: {learning-rate: [1e-2, 2e-2]}
    """
  }

  private func names(_ plan: BenchmarkPlan) -> [String] {
    plan.cells.flatMap { $0.runs.joined().map(\.name) }
  }

  @Test("the same text gives the same runs, each with a name of its own")
  func determinism() throws {
    let (first, second) = (try BenchmarkPlan(parsing: text), try BenchmarkPlan(parsing: text))
    #expect(names(first) == names(second))
    #expect(Set(names(first)).count == names(first).count)
    #expect(
      first.cells.flatMap { $0.runs.joined().map(\.configuration) }
        == second.cells.flatMap { $0.runs.joined().map(\.configuration) })
    #expect(
      names(first).contains("line_fno_ratio-0.3_balanced_learning-rate-0.001_tempbalance-scale-0.5_seed-5"))
    #expect(first.cells.count == 4)
    // Points of the first seed, and the best of them with the other.
    #expect(first.cells.map(\.count) == [4, 3, 3, 3])
  }

  @Test(
    "the seeds that choose train at all points of the grid, the others at the best one",
    arguments: [("first-seed", 3 + 2, 1), ("2", 3 * 2 + 1, 2), ("every-seed", 3 * 3, 3), ("7", 3 * 3, 3)])
  func seedsThatChoose(tuning: String, runs: Int, choosing: Int) throws {
    let plan = try BenchmarkPlan(
      parsing: text.replacing("seeds: [3, 5]", with: "seeds: [3, 5, 8]\ntuning: \(tuning)"))
    #expect(plan.cells[0].count == runs)
    #expect(plan.cells[0].runs[1].map(\.label.tunes) == (0..<3).map { $0 < choosing })
  }

  @Test("a data set of a plan may be several files, with others for the test and for validation")
  func severalFiles() throws {
    for name in ["more", "test", "valid"] {
      try WaveFile().with { $0.samples = 3 }.write(to: folder.file("\(name).hdf5"))
    }
    func plan(_ data: String) throws -> BenchmarkPlan {
      try BenchmarkPlan(
        parsing: text.replacing("line: \(folder.file("line.hdf5"))", with: "line: \(data)")
          .replacing(
            "validation-samples: 2", with: data.contains("validation-data") ? "" : "validation-samples: 1"))
    }
    let (line, more) = (folder.file("line.hdf5"), folder.file("more.hdf5"))
    let (test, valid) = (folder.file("test.hdf5"), folder.file("valid.hdf5"))
    // 15 samples, one of which is for the test and one for validation.
    let joined = try plan("[\(line), \(more)]")
    #expect(joined.cells[0].runs[0][0].label.trainSamples == 13)
    #expect(joined.cells[0].runs[0][0].configuration.data.paths.names == [line, more])
    let pattern = "\(folder.path)/[lm]*.hdf5".replacing("'", with: "''")
    let divided = try plan(
      "{data: '\(pattern)', test-data: \(test), validation-data: \(valid)}")
    let run = divided.cells[0].runs[0][0]
    #expect(run.label.trainSamples == 15)
    #expect(run.configuration.data.testPaths.names == [test])
    #expect(divided.cells.flatMap { $0.runs.joined() }.allSatisfy { $0.label.dataset == "line" })
    let error = #expect(throws: BenchmarkError.self) { try plan("[\(line), \(folder.file("none.hdf5"))]") }
    #expect(error?.description.contains("none.hdf5") == true)
  }

  @Test("a data set of a plan may be a mixture of sets with grids of their own")
  func mixture() throws {
    try WaveFile(shape: [16]).write(to: folder.file("coarse.hdf5"))
    let (line, coarse) = (folder.file("line.hdf5"), folder.file("coarse.hdf5"))
    let plan = try BenchmarkPlan(
      parsing: text.replacing(
        "line: \(line)", with: "line: {data: [\(line), \(coarse)], weights: [1, 2]}"))
    #expect(plan.cells[0].runs[0][0].configuration.data.weights == [1, 2])
    #expect(plan.cells[0].runs[0][0].label.trainSamples == 9)
  }

  @Test("ratios that keep the same samples are one, the one that says best what is kept")
  func sameSamples() throws {
    let plan = try BenchmarkPlan(
      parsing: text.replacing("ratios: [1, 0.3]", with: "ratios: [0.75, 0.3, 1, 0.34, 0.7]")
        .replacing("for: {ratios: [0.3], methods", with: "for: {methods"))
    #expect(plan.cells.map(\.runs[0][0].label.trainSamples) == [9, 9, 3, 3])
    #expect(plan.cells.map(\.runs[0][0].label.ratio) == [1, 1, 0.34, 0.34], "a third is nearer to 0.34")
    #expect(plan.cells.map(\.runs[0][0].label.method) == ["baseline", "balanced", "baseline", "balanced"])
    let merged = ["0.75 and 1", "0.3 and 0.34", "1 and 0.7"]
    for words in merged { #expect(plan.notes.contains { $0.contains(words) && $0.contains("count once") }) }
    #expect(plan.notes.contains("the ratio 0.7 keeps all training samples."), "\(plan.notes)")
    #expect(
      plan.notes.contains { $0.contains("the ratio 0.3 keeps one of every 3") && $0.contains("0.3333") })
    #expect(Set(plan.notes).count == plan.notes.count)
  }

  @Test("numbers of samples that come to the same are one; a plan of other ratios has nothing to note")
  func sameCounts() throws {
    let plan = try BenchmarkPlan(
      parsing: text.replacing("ratios: [1, 0.3]", with: "training-samples: [5, 6]")
        .replacing("for: {ratios: [0.3], methods", with: "for: {methods"))
    #expect(plan.cells.map(\.runs[0][0].label.trainSamples) == [5, 5])
    #expect(plan.cells[0].runs[0][0].name.contains("samples-5"))
    #expect(plan.notes.contains { $0.contains("instead of 6 training samples") }, "\(plan.notes)")
    let plain = text.replacing("ratios: [1, 0.3]", with: "ratios: [1, 0.5]").replacing("[0.3]", with: "[0.5]")
    #expect(try BenchmarkPlan(parsing: plain).notes.isEmpty)
  }

  @Test("ratios that keep the same samples with other values are refused, since one of them would be lost")
  func sameSamplesOtherValues() throws {
    let text = text.replacing("ratios: [1, 0.3]", with: "ratios: [0.34, 0.3]")
    let error = #expect(throws: BenchmarkError.self) { try BenchmarkPlan(parsing: text, file: "p.yaml") }
    let mistakes = try #require(error?.mistakes)
    #expect(mistakes.count == 1 && mistakes[0].line == 6, "\(mistakes)")
    #expect(mistakes[0].text.description.contains("0.34 and 0.3 keep the same 3 samples") == true)
  }

  @Test("what is no choice of seeds is none", arguments: ["", "0", "-1", "first", "1.5", "all"])
  func wrongTuning(text: String) {
    #expect(BenchmarkPlan.Tuning(text) == nil)
  }

  @Test(
    "a choice of seeds is written as it is read",
    arguments: [BenchmarkPlan.Tuning.standard, .firstSeeds(3), .everySeed])
  func tuningText(tuning: BenchmarkPlan.Tuning) {
    #expect(BenchmarkPlan.Tuning("\(tuning)") == tuning)
  }

  @Test("values of later sections and overrides win, and reach the runs they are for alone")
  func overrides() throws {
    let plan = try BenchmarkPlan(parsing: text)
    let baseline = plan.cells[2].runs.joined()
    #expect(baseline.map(\.configuration.schedule.epochs) == [7, 7, 7, 7])
    #expect(baseline.map(\.configuration.optimizer.learningRate) == [1e-2, 1e-2, 2e-2, 2e-2])
    #expect(baseline.allSatisfy { $0.configuration.data.reducedBatch == 3 && $0.label.trainSamples == 3 })
    #expect(
      plan.cells[0].runs.joined().allSatisfy {
        $0.configuration.schedule.epochs == 2 && $0.label.trainSamples == 9
      })
    #expect(plan.cells[3].runs.joined().allSatisfy { $0.configuration.schedule.epochs == 2 })
    #expect(plan.cells[0].runs[0].map(\.configuration.run.seed) == [3, 5])
  }

  @Test("numbers of training samples become the nearest stride")
  func trainingSamples() throws {
    let plan = try BenchmarkPlan(
      parsing: text.replacing("ratios: [1, 0.3]", with: "training-samples: [9, 4, 2]")
        .replacing("{ratios: [0.3], methods", with: "{training-samples: [4], methods"))
    let kept = plan.cells.map { $0.runs[0][0].label.trainSamples }
    // Of nine samples, every second one is five, every third three, every fourth three, every fifth two.
    #expect(kept == [9, 9, 5, 5, 2, 2])
    #expect(plan.cells[2].runs[0][0].configuration.schedule.epochs == 7)
  }

  @Test("with resampled subsets no two seeds train on the same sample, else all train on the same")
  func subsets() throws {
    let thinned = text.replacing("ratios: [1, 0.3]", with: "training-samples: [3]").replacing(
      "{ratios: [0.3], methods", with: "{training-samples: [3], methods")
    func subsets(_ plan: BenchmarkPlan) throws -> [[Int]] {
      try plan.cells[0].runs[0].map { run in try TrainingData(run.configuration).split.training }
    }
    let resampled = try subsets(BenchmarkPlan(parsing: thinned + "\nsubsets: resampled"))
    #expect(resampled.count == 2 && Set(resampled[0]).isDisjoint(with: resampled[1]))
    let same = try subsets(BenchmarkPlan(parsing: thinned))
    #expect(same[0] == same[1])
    #expect(throws: BenchmarkError.self) { try BenchmarkPlan(parsing: thinned + "\nsubsets: others") }
    #expect(
      try BenchmarkPlan(parsing: thinned + "\nsubsets: resampled").notes.allSatisfy {
        !$0.contains("subsets")
      })
    // Every second one of nine samples: five, or four from the second one on.
    let uneven = try BenchmarkPlan(
      parsing: text.replacing("ratios: [1, 0.3]", with: "ratios: [1, 0.5]").replacing("[0.3]", with: "[0.5]")
        + "\nsubsets: resampled")
    #expect(uneven.notes.contains { $0.contains("have 5 or 4 samples, because 9 is not a multiple of 2") })
  }

  @Test("each point of a grid has a folder of its own, lists too")
  func folders() throws {
    let lists = try BenchmarkPlan(
      parsing: text.replacing("modes: 4, ", with: "").replacing(
        "tempbalance-scale: [0.5, 1]", with: "modes: [[4], [6]]"
      ).replacing("learning-rate: [1e-2, 2e-2]", with: "modes: [[4], [6]]")
        .replacing("learning-rate: [1e-3, 2e-3, 4e-3]", with: "modes: [[4], [6]]"))
    #expect(names(lists).contains { $0.contains("_modes-4_seed-3") })
    #expect(names(lists).contains { $0.contains("_modes-6_seed-3") })
    #expect(Set(names(lists)).count == names(lists).count)

    for name in ["a b.hdf5", "a-b.hdf5"] {
      try WaveFile().with { $0.samples = 3 }.write(to: folder.file(name))
    }
    let twins = text.replacing(
      "learning-rate: [1e-3, 2e-3, 4e-3]",
      with: "test-data: ['\(folder.file("a b.hdf5"))', '\(folder.file("a-b.hdf5"))']")
    let same = #expect(throws: BenchmarkError.self) { try BenchmarkPlan(parsing: twins, file: "p.yaml") }
    let collisions = try #require(same?.mistakes)
    #expect(
      !collisions.isEmpty
        && collisions.allSatisfy { $0.line == 9 && $0.text.description.contains("the same folder") },
      "\(collisions)")
    let long = text.replacing("  balanced:\n", with: "  \(String(repeating: "b", count: 240)):\n")
    let error = #expect(throws: BenchmarkError.self) { try BenchmarkPlan(parsing: long, file: "p.yaml") }
    let mistakes = try #require(error?.mistakes)
    #expect(mistakes.allSatisfy { $0.line == 10 && $0.text.description.contains("255") }, "\(mistakes)")
    #expect(!mistakes.isEmpty && error?.fault == .usage)
  }

  @Test("a grid has each value once, however it is written")
  func twins() {
    let grid = text.replacing("[1e-3, 2e-3, 4e-3]", with: "[0.001, 1e-3]")
    #expect {
      try BenchmarkPlan(parsing: grid)
    } throws: {
      "\($0)".contains("gives a value of learning-rate twice")
    }
  }

  @Test(
    "a recipe is a value of a section, below the options that are given; a wrong one is reported with its line"
  )
  func recipes() throws {
    let plan = try BenchmarkPlan(
      parsing: text.replacing(
        "tempbalance: sigmoid", with: "{recipe: low-data, window: 3, learning-rate: 1e-3}"
      )
      .replacing("grid: {learning-rate: [1e-3], tempbalance-scale: [0.5, 1]}", with: "")
      .replacing("balanced:\n", with: "balanced: "))
    let run = try #require(plan.cells.flatMap { $0.runs.joined() }.first { $0.label.method == "balanced" })
    #expect(run.configuration.formulation.predict == .increment)
    #expect(run.configuration.formulation.history == 2)
    #expect(run.configuration.loss.window == 3)
    #expect(run.configuration.schedule.epochs == 2)
    let error = #expect(throws: BenchmarkError.self) {
      try BenchmarkPlan(parsing: text.replacing("tempbalance: sigmoid", with: "recipe: magic"))
    }
    #expect(error?.description.contains("'magic'") == true)
  }

  @Test("a recipe evaluates as often in the usual number of epochs, where a plan gives it, as in any other")
  func usualEpochs() throws {
    let usual = TrainingConfiguration().schedule.epochs
    let plan = try BenchmarkPlan(
      parsing: text.replacing("epochs: 2,", with: "epochs: \(usual),")
        .replacing("tempbalance: sigmoid", with: "{recipe: low-data, window: 3, learning-rate: 1e-3}")
        .replacing("grid: {learning-rate: [1e-3], tempbalance-scale: [0.5, 1]}", with: "")
        .replacing("balanced:\n", with: "balanced: "))
    let run = try #require(plan.cells.flatMap { $0.runs.joined() }.first { $0.label.method == "balanced" })
    #expect(run.configuration.schedule.epochs == usual)
    #expect(run.configuration.evaluation.every == usual / 12)
  }

  @Test("shards together have every cell once, and none has much more than another", arguments: [1, 2, 3, 9])
  func shards(count: Int) throws {
    let plan = try BenchmarkPlan(parsing: text)
    let parts = try (1...count).map { plan.cells(of: try #require(Shard("\($0)/\(count)"))) }
    let runs = parts.flatMap { $0.flatMap { $0.runs.joined().map(\.name) } }
    #expect(runs.sorted() == names(plan).sorted())
    let costs = parts.map { $0.reduce(0) { $0 + $1.cost } }
    let largest = plan.cells.map(\.cost).max() ?? 0
    #expect((costs.max() ?? 0) - (costs.min() ?? 0) <= largest)
  }

  @Test("what is no shard is none", arguments: ["", "1", "0/2", "3/2", "1/0", "a/b", "1/2/3", "-1/2"])
  func wrongShards(text: String) {
    #expect(Shard(text) == nil)
  }

  @Test("everything that is wrong is reported at once, each with its line")
  func mistakes() throws {
    let text = """
      training:
        initial-steps: 4
        modez: 4
        batch-size: many
        validation-samples: 2
      data:
        line: \(folder.file("line.hdf5"))
        gone: \(folder.file("gone.hdf5"))
      models:
        fno: {seed: 4}
      ratios: [0.5, 0.01, 7]
      methods:
        baseline:
          grid:
            learning-rate: []
        balanced:
          tempbalance: sigmoid
          learning-rate: -1
      seeds: [0, x]
      baseline: nothing
      tuning: sometimes
      extra: 1
      """
    let error = #expect(throws: BenchmarkError.self) { try BenchmarkPlan(parsing: text, file: "plan.yaml") }
    let mistakes = try #require(error?.mistakes)
    let expected: [(line: Int, words: String)] = [
      (3, "modez"), (4, "batch-size"), (8, "gone.hdf5"), (10, "seed"), (11, "above 0 and at most 1"),
      (11, "less than one"), (15, "no list of values"), (18, "learning-rate must be above 0"), (19, "'x'"),
      (20, "nothing"), (21, "every-seed"), (22, "extra"),
    ]
    for (line, words) in expected {
      #expect(
        mistakes.contains { $0.line == line && $0.text.description.contains(words) },
        "\(line) \(words) in \(mistakes)")
    }
    #expect(mistakes.count == expected.count, "\(mistakes)")
    #expect(error?.fault == .usage)
    #expect(error?.description.contains("plan.yaml:3: 'training' sets 'modez'") == true)
  }

  @Test("of many mistakes a screenful is shown, and all are counted")
  func manyMistakes() throws {
    let seeds = (0..<60_000).map { "  - x\($0)" }.joined(separator: "\n")
    let error = #expect(throws: BenchmarkError.self) {
      try BenchmarkPlan(parsing: text.replacing("seeds: [3, 5]", with: "seeds:\n\(seeds)"), file: "plan.yaml")
    }
    let lines = error?.description.split(separator: "\n") ?? []
    #expect(lines.count == 14 && lines.first?.contains("60000 mistakes") == true, "\(lines.prefix(2))")
    #expect(lines.last == "and 59988 more")
  }

  @Test("a grid without validation samples is refused, since the test samples must not choose")
  func validation() throws {
    let text = text.replacing(", validation-samples: 2", with: "")
    let error = #expect(throws: BenchmarkError.self) { try BenchmarkPlan(parsing: text) }
    #expect(error?.description.contains("set validation-samples") == true)
  }

  @Test("a data set that is missing is bad data, and alone on its line")
  func missingData() throws {
    let text = text.replacing("line.hdf5", with: "gone.hdf5")
    let error = #expect(throws: BenchmarkError.self) { try BenchmarkPlan(parsing: text, file: "p.yaml") }
    let mistakes = try #require(error?.mistakes)
    #expect(mistakes.count == 1 && mistakes[0].line == 3)
    #expect(error?.fault == .data)
  }

  @Test("a missing data set is reported though there is no ratio to train it at")
  func missingDataAndRatios() throws {
    let text = text.replacing("line.hdf5", with: "gone.hdf5").replacing(
      "ratios: [1, 0.3]", with: "ratios: [7]")
    let error = #expect(throws: BenchmarkError.self) { try BenchmarkPlan(parsing: text, file: "p.yaml") }
    let mistakes = try #require(error?.mistakes)
    #expect(mistakes.contains { $0.line == 3 && $0.text.description.contains("gone.hdf5") })
    #expect(mistakes.contains { $0.line == 6 && $0.text.description.contains("above 0 and at most 1") })
  }

  @Test("models and data that do not fit are found before anything starts")
  func misfit() throws {
    let text = text.replacing("  fno:\n", with: "  fno: {modes: 40}\n")
    let error = #expect(throws: BenchmarkError.self) { try BenchmarkPlan(parsing: text, file: "p.yaml") }
    let mistakes = try #require(error?.mistakes)
    #expect(mistakes.contains { $0.line == 5 && $0.text.description.contains("does not fit") }, "\(mistakes)")
  }
}

extension BenchmarkError {
  /// What is wrong with a plan; nil for any other error.
  fileprivate var mistakes: [PlanMistake]? {
    if case .badPlan(let mistakes) = self { mistakes } else { nil }
  }
}

@Suite("Plans of too many runs") struct LargePlanTests {
  @Test("are refused with their number, before any run is made")
  func tooMany() throws {
    let numbers = (1...200).map { "1e-\($0)" }.joined(separator: ", ")
    for (text, count) in [
      (
        "data: {a: a.hdf5}\nmodels: {fno: {}}\nratios: [1]\nmethods: {baseline: {}}\nseeds: [\((0..<100_001).map(String.init).joined(separator: ", "))]\n",
        "100001 runs"
      ),
      (
        """
        data: {a: a.hdf5}
        models: {fno: {}}
        ratios: [1, 0.5]
        methods: {baseline: {}}
        seeds: [0, 1, 2]
        training: {grid: {learning-rate: [\(numbers)], weight-decay: [\(numbers)]}}
        """, "240000 runs"
      ),
    ] {
      let error = #expect(throws: BenchmarkError.self) { try BenchmarkPlan(parsing: text) }
      #expect(error?.description.contains(count) == true, "\(error?.description.prefix(500) ?? "")")
    }
  }
}
