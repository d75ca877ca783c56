import Options
import PDEData
import SystemFiles
import Training
import Yams

extension PlanReader {
  /// The cells of a plan, each checked against its data.
  mutating func cells(of parts: Parts) -> [BenchmarkPlan.Cell] {
    guard isFeasible(parts) else { return [] }
    var cells: [BenchmarkPlan.Cell] = []
    for dataset in parts.datasets {
      checkFile(of: dataset, parts)
      for row in places(of: dataset, parts) {
        var planned: [Planned] = []
        for place in row {
          if let cell = cell(place, section(place, parts), parts) {
            planned.append(Planned(place: place, cell: cell))
          }
        }
        cells += merged(planned)
      }
    }
    return cells
  }

  /// The places of the cells of a data set, a row for each model.
  private func places(of dataset: Named, _ parts: Parts) -> [[Place]] {
    parts.models.map { model in
      parts.thinnings.flatMap { thinning in
        parts.methods.map { method in
          Place(dataset: dataset, model: model, method: method, thinning: thinning)
        }
      }
    }
  }

  /// The values and the grid of a cell.
  private func section(_ place: Place, _ parts: Parts) -> PlanSection {
    var section = parts.training.overlaid(by: place.dataset.section).overlaid(by: place.model.section)
      .overlaid(by: place.method.section)
    for override in parts.overrides
    where override.applies(place.dataset.name, place.model.name, place.method.name, place.thinning) {
      section = section.overlaid(by: override.section)
    }
    return section
  }

  /// A plan of more runs is a slip, and would take longer to check than anybody waits.
  private static let mostRuns = 100_000.0

  /// Counts the runs, grids included, before any of them is made.
  private mutating func isFeasible(_ parts: Parts) -> Bool {
    let lists = [
      parts.datasets.count, parts.models.count, parts.thinnings.count, parts.methods.count, parts.seeds.count,
    ]
    var count = lists.reduce(1) { $0 * Double($1) }
    if count <= Self.mostRuns {
      count = 0
      for dataset in parts.datasets {
        for place in places(of: dataset, parts).joined() {
          let points = section(place, parts).grid.values.reduce(1) { $0 * Double($1.count) }
          count += points * Double(parts.seeds.count)
        }
      }
    }
    guard count > Self.mostRuns else { return true }
    let runs = count < 1e15 ? "\(Int(count))" : "\(count)"
    mistakes.add(
      nil,
      "the plan has \(runs) runs (data sets × models × ratios × methods × grid × seeds), and at most "
        + "\(Int(Self.mostRuns)) can be planned; make it smaller.")
    return false
  }

  /// Opens a data set, which can be missing whatever else is wrong.
  private mutating func checkFile(of dataset: Named, _ parts: Parts) {
    let values = parts.training.overlaid(by: dataset.section).values
    guard let node = values["data"] else { return }
    do {
      let said = values.filter { TestSettings.reading.contains($0.key) }.mapValues(\.optionText)
      _ = try TrainingConfiguration(layers: [.init(values: said)]).data.open()
    } catch {
      mistakes.add(node, "\(error)", isOfData: true)
    }
  }

  /// Where in a plan a cell is.
  struct Place {
    let dataset: Named
    let model: Named
    let method: Named
    let thinning: Thinning
  }

  /// A cell with its place.
  struct Planned {
    let place: Place
    let cell: BenchmarkPlan.Cell

    /// What is kept of the training samples.
    var kept: (count: Int, stride: Int) {
      let run = cell.runs.first?.first
      return (run?.label.trainSamples ?? 0, run?.configuration.data.reducedBatch ?? 1)
    }

    /// How well the plan's number says what is kept.
    var distance: Double { place.thinning.distance(from: kept) }
  }

  /// What a cell finds in its data set.
  struct KeptData {
    /// The number of training samples that are kept.
    let samples: Int
    /// The stride over the training samples by which they are.
    let reducedBatch: Int
    /// The number of all training samples.
    let pool: Int
    /// The number of a sample's frames that are predicted.
    let frames: Int
    /// The number of spatial axes.
    let dimensions: Int
  }

  /// The cells of a data set and a model without those that only repeat another: ratios that keep the same samples are
  /// one, the one that says best what is kept.
  private mutating func merged(_ planned: [Planned]) -> [BenchmarkPlan.Cell] {
    var result: [Planned] = []
    for next in planned {
      describe(next)
      requireSameTest(next, as: result.first { $0.kept == next.kept } ?? next)
      guard
        let twin = result.firstIndex(where: {
          $0.place.method.name == next.place.method.name && $0.kept == next.kept
        })
      else {
        result.append(next)
        continue
      }
      let other = result[twin]
      let names = [other, next].map { plain($0.place.thinning.value) }
      let what = next.place.thinning.isCount ? "numbers of training samples" : "ratios"
      let same =
        "the \(what) \(names[0]) and \(names[1]) keep the same \(next.kept.count) samples of "
        + "'\(next.place.dataset.name)'"
      guard
        other.cell.runs.map({ $0.map(\.configuration) }) == next.cell.runs.map({ $0.map(\.configuration) })
      else {
        mistakes.add(
          next.place.thinning.node,
          "\(same), and overrides give them different values; remove one of the two.")
        continue
      }
      if next.distance < other.distance { result[twin] = next }
      note("\(same) and count once, as \(plain(result[twin].place.thinning.value)).")
    }
    return result.map(\.cell)
  }

  /// Notes what a ratio really keeps, if that is another part.
  private mutating func describe(_ planned: Planned) {
    let (thinning, kept) = (planned.place.thinning, planned.kept)
    if thinning.isCount, planned.distance > 0 {
      note(
        "instead of \(plain(thinning.value)) training samples of '\(planned.place.dataset.name)', \(kept.count) are kept, "
          + "the nearest number that keeping every k-th sample gives.")
    } else if !thinning.isCount, let part = Subsampling.inexactPart(ofRatio: thinning.value) {
      note("the ratio \(plain(thinning.value)) \(part).")
    }
  }

  private mutating func note(_ text: String) {
    if !notes.contains(text) { notes.append(text) }
  }

  private mutating func cell(_ place: Place, _ section: PlanSection, _ parts: Parts) -> BenchmarkPlan.Cell? {
    guard section.values["data"] != nil else {
      mistakes.add(place.dataset.node, "'\(place.dataset.name)' names no file; add 'data: FILE'.")
      return nil
    }
    let points = section.points
    var data: KeptData?
    var rows: [[PlannedRun]] = []
    for point in points {
      var values = section.values.merging(point) { $1 }
      let recipe = recipe(values.removeValue(forKey: Self.recipeKey))
      guard var configuration = configuration(values, place) else { return nil }
      // All points see the same data, unless the grid is over the data's own options.
      guard let found = check(configuration, values, place) else { return nil }
      data = found
      configuration.data.reducedBatch = found.reducedBatch
      if recipe != nil || configuration.fineTuning.checkpoint != nil {
        guard
          let whole = self.configuration(over: recipe ?? .plain, configuration, values, place)
        else { return nil }
        configuration = whole
      }
      if points.count > 1, configuration.hasNoValidation {
        mistakes.add(
          section.grid.values.first?.first,
          "the grid's best point is chosen on validation samples, and there are none; set validation-samples."
        )
        return nil
      }
      rows.append(
        parts.seeds.enumerated().map { seed in
          run(place, point, configuration, found, parts, seed: (seed.offset, seed.element), of: points.count)
        })
    }
    guard let data, !parts.seeds.isEmpty, canHaveFolders(rows, at: points, place) else { return nil }
    let last = min(parts.seeds.count, data.reducedBatch) - 1
    let fewest = (data.pool - last + data.reducedBatch - 1) / data.reducedBatch
    if parts.resamples, fewest < data.samples {
      note(
        "the training subsets of '\(place.dataset.name)' have \(data.samples) or \(fewest) samples, because \(data.pool) is not "
          + "a multiple of \(data.reducedBatch).")
    }
    return BenchmarkPlan.Cell(runs: rows)
  }

  private func run(
    _ place: Place, _ point: [String: Node], _ configuration: TrainingConfiguration, _ data: KeptData,
    _ parts: Parts, seed: (index: Int, value: UInt64), of points: Int
  ) -> PlannedRun {
    var configuration = configuration
    configuration.run.seed = seed.value
    if parts.resamples {
      // More seeds later leave these where they are.
      configuration.data.reducedBatchOffset = seed.index % configuration.data.reducedBatch
    }
    let label = BenchmarkLabel(
      dataset: place.dataset.name, model: place.model.name,
      ratio: place.thinning.isCount ? Double(data.samples) / Double(data.pool) : place.thinning.value,
      trainSamples: data.samples, method: place.method.name, baseline: parts.baseline,
      point: point.mapValues { $0.pointText ?? "" }, seed: seed.value,
      tunes: points > 1 && parts.tuning.includes(seed.index), dimensions: data.dimensions,
      epochs: configuration.schedule.epochs)
    return PlannedRun(
      name: label.folderName(place.thinning.name), label: label, configuration: configuration,
      cost: Double(configuration.schedule.epochs) * Double(data.samples) * Double(data.frames))
  }

  /// The configuration of values, if it is in range.
  private mutating func configuration(_ values: [String: Node], _ place: Place) -> TrainingConfiguration? {
    do {
      let configuration = try TrainingConfiguration(layers: [.init(values: values.mapValues(\.optionText))])
      try configuration.validate()
      return configuration
    } catch {
      let node: Node? =
        switch error {
        case .outOfRange(let key, _, _): values[key]
        default: place.method.node
        }
      mistakes.add(node ?? place.method.node, "\(error)")
      return nil
    }
  }

  /// The key of a recipe, which is no option of a configuration.
  static let recipeKey = "recipe"

  private mutating func recipe(_ node: Node?) -> Recipe? {
    guard let node else { return nil }
    guard let recipe = Recipe(node.optionText) else {
      mistakes.add(
        node, "'recipe' must be \(Recipe.form.words(example: .word("plain"))), not '\(node.string ?? "…")'.")
      return nil
    }
    return recipe
  }

  /// The configuration of values over a recipe's, which depends on the data and on how many samples are kept, and over a
  /// checkpoint's that is fine-tuned.
  private mutating func configuration(
    over recipe: Recipe, _ choice: TrainingConfiguration, _ values: [String: Node], _ place: Place
  ) -> TrainingConfiguration? {
    do {
      let givesInitialSteps = values["initial-steps"] != nil
      var result = try TrainingConfiguration(
        layers: [.init(values: values.mapValues(\.optionText))],
        over: recipe.configuration(
          for: choice.readingAsCheckpoint(givesInitialSteps: givesInitialSteps),
          givesEpochs: values["epochs"] != nil
        )
        .settings.startingFromCheckpoint(of: choice, givesInitialSteps: givesInitialSteps))
      result.data.reducedBatch = choice.data.reducedBatch
      try result.validate()
      _ = try TrainingData(result).model(result)
      return result
    } catch {
      mistakes.add(values[Self.recipeKey] ?? place.method.node, "\(error)")
      return nil
    }
  }

  /// Opens the data and checks that something is left of it to train on, and that the model fits.
  private mutating func check(
    _ configuration: TrainingConfiguration, _ values: [String: Node], _ place: Place
  ) -> KeptData? {
    var configuration = configuration
    let dataNode = values["data"]
    do {
      configuration.data.reducedBatch = 1
      let all = try TrainingData(configuration)
      let pool = all.split.training.count
      configuration.data.reducedBatch = try stride(place.thinning, of: pool)
      let data = try TrainingData(configuration)
      if place.thinning.isCount, Double(pool) < place.thinning.value {
        mistakes.add(
          place.thinning.node,
          "\(configuration.data.path) has \(pool) training samples, fewer than \(plain(place.thinning.value))."
        )
        return nil
      }
      do {
        _ = try data.model(configuration)
      } catch {
        mistakes.add(place.model.node, "\(error)")
        return nil
      }
      return KeptData(
        samples: data.split.training.count, reducedBatch: configuration.data.reducedBatch, pool: pool,
        frames: data.loader.frames - configuration.model.initialSteps, dimensions: data.dataSet.dimensions)
    } catch let error as SubsamplingError {
      let node: Node? =
        switch error {
        case .leavesNoSample, .ratioOutOfRange: place.thinning.node
        case .dividesItself(_, let purpose, _, _): values["\(purpose)-samples"] ?? dataNode
        case .noTrainingSamples: values["validation-samples"] ?? values["test-samples"] ?? dataNode
        case .tooFewFrames: values["initial-steps"] ?? dataNode
        default: dataNode
        }
      mistakes.add(node, "\(error)")
    } catch {
      mistakes.add(dataNode, "\(error)", isOfData: true)
    }
    return nil
  }

  /// The stride over the training samples; for a number of samples the one whose number of kept samples is nearest.
  private func stride(_ thinning: Thinning, of pool: Int) throws(SubsamplingError) -> Int {
    guard thinning.isCount else { return try Subsampling.reducedBatch(ratio: thinning.value) }
    let wanted = Int(thinning.value)
    func kept(_ stride: Int) -> Int { (pool + stride - 1) / stride }
    let most = max(pool / wanted, 1)
    return (most...most + 1).min { abs(kept($0) - wanted) < abs(kept($1) - wanted) } ?? 1
  }
}

extension TrainingConfiguration {
  /// Whether neither samples nor files are set aside for validation, by the data set itself or otherwise.
  fileprivate var hasNoValidation: Bool {
    data.validationSamples == 0 && (try? TrainingData(self).split.validation.isEmpty) ?? true
  }
}
