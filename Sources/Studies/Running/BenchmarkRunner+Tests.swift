import Foundation
import PDEData
import Training

extension BenchmarkRunner {
  /// Checks that what the plan no longer has, and stands in one table with its runs, was tested on the same: or all would be
  /// trained, and the table be refused.
  ///
  /// - Parameters:
  ///   - cells: All cells of the plan.
  ///   - folder: The benchmark's folder.
  ///   - data: What data sets hold now.
  /// - Throws: ``BenchmarkError/otherTests(folders:options:)``, or what is wrong with the files of a run or with the data set.
  static func requireSameTests(
    _ cells: [BenchmarkPlan.Cell], in folder: String, _ data: inout CurrentData
  ) throws {
    // The plan's own cells on the same samples are known to be tested on the same.
    let planned = Dictionary(
      cells.compactMap { $0.runs.first?.first }.map { (ResultRow.Samples($0.label, $0.configuration), $0) }
    ) { first, _ in first }
    let names = Set(cells.flatMap { $0.runs.joined().map(\.name) })
    var known: [ResultRow.Samples: RunSettings] = [:]
    var seen: Set<TestedMethod> = []
    let all = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/runs")) ?? []
    for name in all.sorted() where !names.contains(name) {
      guard let other = try finishedRun(RunFolder("\(folder)/runs/\(name)")) else { continue }
      let samples = ResultRow.Samples(other.label, other.configuration)
      let method = TestedMethod(samples: samples, method: other.label.method, point: other.label.pointText)
      // Seeds of one method are alike.
      guard let run = planned[samples], seen.insert(method).inserted else { continue }
      if known[samples] == nil { known[samples] = try settings(of: run, in: folder, &data) }
      let text = try other.configuration.yaml()
      guard let expected = known[samples],
        let found = RunSettings(text, of: other.folder.path, other.folder.fingerprint)
      else { continue }
      try RunSettings.requireSameTest(of: [expected, found])
    }
  }

  /// A run that is done, which counts in a table; nil if it is not.
  private static func finishedRun(
    _ folder: RunFolder
  ) throws -> (folder: RunFolder, label: BenchmarkLabel, configuration: TrainingConfiguration)? {
    guard let outcome = RunOutcome(of: folder),
      FileManager.default.fileExists(atPath: folder.configuration),
      FileManager.default.fileExists(atPath: BenchmarkLabel.path(in: folder))
    else { return nil }
    let label = try BenchmarkLabel(reading: folder)
    let configuration = try TrainingConfiguration(layers: [.init(reading: folder.configuration)])
    guard outcome.isDone(of: max(label.epochs ?? 0, configuration.schedule.epochs)) else { return nil }
    return (folder, label, configuration)
  }

  /// What a planned run will be trained with.
  private static func settings(
    of run: PlannedRun, in folder: String, _ data: inout CurrentData
  ) throws -> RunSettings? {
    var configuration = run.configuration
    // As the run will resolve it.
    if configuration.data.weights == nil {
      configuration.data.testSamples = try TrainingData(configuration).split.test.count
    }
    let fingerprint = try data.fingerprint(configuration.data)
    return try RunSettings(configuration.yaml(), of: run.folder(in: folder).path, fingerprint)
  }

  /// What is compared: a method at a point of its grid, on some training samples.
  private struct TestedMethod: Hashable {
    let samples: ResultRow.Samples
    let method, point: String
  }
}

extension ResultRow.Samples {
  /// What a run that is planned or done is compared on.
  fileprivate init(_ label: BenchmarkLabel, _ configuration: TrainingConfiguration) {
    self.init(
      dataset: label.dataset, model: label.model, trainSamples: label.trainSamples,
      reducedBatch: configuration.data.reducedBatch)
  }
}
