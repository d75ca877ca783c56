import Foundation
import Training

extension BenchmarkRunner {
  /// Gives runs that are there the labels of this plan. Theirs may be those of an earlier one, in which other seeds or other points
  /// of the grid chose, runs were shorter, or another method was the baseline.
  ///
  /// - Parameters:
  ///   - cells: All cells of the plan.
  ///   - folder: The benchmark's folder.
  /// - Throws: ``BenchmarkError/brokenLabel(file:)``, or a `FileError`.
  static func renewLabels(of cells: [BenchmarkPlan.Cell], in folder: String) throws {
    let planned = cells.flatMap { $0.runs.joined() }
    for run in planned {
      let own = run.folder(in: folder)
      // From its label on a folder counts as a run, which then must have its plan.
      let files = [own.plan, BenchmarkLabel.path(in: own)]
      if files.contains(where: FileManager.default.fileExists(atPath:)) { try run.label.write(to: own) }
    }
    let names = Set(planned.map(\.name))
    let places = Set(planned.map { CellName($0.label) })
    let baselines = Dictionary(planned.map { (Compared($0.label), $0.label.baseline) }) { first, _ in first }
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder + "/runs")) ?? []
    where !names.contains(name) {
      let other = RunFolder("\(folder)/runs/\(name)")
      guard FileManager.default.fileExists(atPath: BenchmarkLabel.path(in: other)) else { continue }
      let found = try BenchmarkLabel(reading: other)
      var label = found
      // What stands in one table is compared with one method, in a method that the plan no longer has too.
      if let baseline = baselines[Compared(label)] { label.baseline = baseline }
      // A point that the plan no longer has is not chosen, and does not keep the others waiting.
      if places.contains(CellName(label)) {
        label.tunes = false
        label.planned = false
      }
      if label != found { try label.write(to: other) }
    }
  }

  /// What runs that are compared have in common.
  private struct Compared: Hashable {
    let dataset, model: String
    let trainSamples: Int

    init(_ label: BenchmarkLabel) {
      (dataset, model, trainSamples) = (label.dataset, label.model, label.trainSamples)
    }
  }

  /// What the runs of a cell have in common.
  private struct CellName: Hashable {
    let compared: Compared
    let method: String
    let ratio: Double

    init(_ label: BenchmarkLabel) {
      (compared, method, ratio) = (Compared(label), label.method, label.ratio)
    }
  }
}
