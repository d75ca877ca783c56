import Foundation
import Training

extension BenchmarkRunner {
  /// Gives runs that are there the labels of this plan. Theirs may be those of an earlier one, in which other seeds or other points
  /// of the grid chose.
  ///
  /// - Parameters:
  ///   - cells: The cells of the plan.
  ///   - folder: The benchmark's folder.
  /// - Throws: ``BenchmarkError/brokenLabel(file:)``, or a `FileError`.
  static func renewLabels(of cells: [BenchmarkPlan.Cell], in folder: String) throws {
    let planned = cells.flatMap { $0.runs.joined() }
    for run in planned {
      let own = run.folder(in: folder)
      // From its label on a folder counts as a run, which then must have its plan.
      let files = [PlannedTraining.plan(in: own), BenchmarkLabel.path(in: own)]
      if files.contains(where: FileManager.default.fileExists(atPath:)) { try run.label.write(to: own) }
    }
    let names = Set(planned.map(\.name))
    let places = Set(planned.map { CellName($0.label) })
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder + "/runs")) ?? []
    where !names.contains(name) {
      let other = RunFolder("\(folder)/runs/\(name)")
      guard FileManager.default.fileExists(atPath: BenchmarkLabel.path(in: other)) else { continue }
      var label = try BenchmarkLabel(reading: other)
      // A point that the plan no longer has is not chosen, and does not keep the others waiting.
      guard places.contains(CellName(label)) else { continue }
      label.tunes = false
      label.planned = false
      try label.write(to: other)
    }
  }

  /// What the runs of a cell have in common.
  private struct CellName: Hashable {
    let dataset, model, method: String
    let trainSamples: Int
    let ratio: Double

    init(_ label: BenchmarkLabel) {
      (dataset, model, method) = (label.dataset, label.model, label.method)
      (trainSamples, ratio) = (label.trainSamples, label.ratio)
    }
  }
}
