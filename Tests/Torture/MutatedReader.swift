import ArrayFiles
import Foundation
import HDF5
import PDEData
import Reporting
import Studies
import TempBalance
import Training
import WeightAnalysis

/// Damages files of one format and reads them as the command would.
struct MutatedReader {
  let format: MutatedFormat
  let folder: String
  private let seeds: [[UInt8]]

  init(format: MutatedFormat, folder: String) {
    self.format = format
    self.folder = folder
    seeds = format.seeds.map {
      (try? Data(contentsOf: URL(filePath: folder + "/" + $0))).map(Array.init) ?? []
    }
  }

  /// What becomes of a damaged copy.
  enum Outcome {
    case accepted
    /// Refused with an error.
    case refused
    /// Refused because the process that looks at a file first did not survive it.
    case endedProbe
  }

  /// The process that looks at a file first did not survive it.
  private struct EndedProbe: Error {}

  /// Writes a damaged copy and reads it.
  ///
  /// - Parameters:
  ///   - generator: What the damage is drawn from.
  ///   - survives: Does something in a process of its own, and says whether that process survived it.
  /// - Returns: What became of it.
  func read(_ generator: inout MutationGenerator, survives: (() -> Void) -> Bool) -> Outcome {
    let place = generator.index % seeds.count
    let path = format.mutatedFile(in: folder, index: generator.index)
    let bytes = Mutator(format: format, seeds: seeds).mutated(place, &generator)
    do {
      try Data(bytes).write(to: URL(filePath: path))
      try open(path, place, survives)
      return .accepted
    } catch is EndedProbe {
      return .endedProbe
    } catch {
      // What a person would be shown must be made without a crash, too.
      _ = "\(error)"
      return .refused
    }
  }

  private func open(_ path: String, _ place: Int, _ survives: (() -> Void) -> Bool) throws {
    switch format {
    case .safetensors: try weights(path)
    case .numpy, .matlab: try arrays(path)
    case .pytorch:
      try arrays(path)
      // The weights are of no model that is known, so the good file is refused there, too.
      _ = try? weights(path)
    case .hdf5: try data(path, survives)
    case .yaml:
      if place == 0 {
        let configuration = try TrainingConfiguration(layers: [.init(reading: path)])
        try configuration.validate()
      } else {
        _ = try BenchmarkPlan(reading: path)
      }
    case .jsonLines:
      let report = try RunReport(RunFolder(folder + "/broken"))
      _ = (RunReport.comparison(of: [report]).description, report.layerTable.description, report.best?.epoch)
      _ = report.last?.metrics?.table
    case .state:
      let trainer = try TrainingRun(resuming: RunFolder(folder + "/broken"))
      _ = try trainer.train(shouldStop: { true })
    case .sqlite:
      let results = try BenchmarkResults(collecting: [path])
      _ = (results.csv(allRuns: true), BenchmarkSummary.all(of: results))
    case .index:
      let broken = folder + "/broken"
      if place == 0 {
        let archive = try WeightArchive(reading: path)
        for name in archive.names { _ = try archive.tensor(named: name) }
      } else {
        _ = LowRankCorrection.Scale(besideWeights: broken + "/lora.safetensors")
      }
    }
  }

  /// Reads the arrays of a file, the first elements of each axis of large ones.
  private func arrays(_ path: String) throws {
    guard let file = try ArrayFileFormats.open(path) else { throw CocoaError(.fileReadUnknown) }
    for array in file.arrays.prefix(50) {
      let slab = ArraySlab(start: array.shape.map { _ in 0 }, count: array.shape.map { min($0, 3) })
      guard slab.elements < 1 << 16 else { continue }
      var values = [Float](repeating: 0, count: slab.elements)
      var target = values.mutableSpan
      try file.read(array, slab, into: &target)
    }
    _ = file.skipped
  }

  private func weights(_ path: String) throws {
    let archive = try WeightArchive(reading: path)
    for name in archive.names.prefix(50) { _ = try archive.tensor(named: name) }
    let analysis = try CheckpointAnalysis(archive, kinds: [.linear, .convolution])
    _ = try analysis.run(LayerAnalyzer())
    _ = try Checkpoint(reading: path)
  }

  private func data(_ path: String, _ survives: (() -> Void) -> Bool) throws {
    let isFit = survives {
      do { try HDF5Probe.walk(path, allowsExternal: false) {} } catch HDF5Error.deadly {
        abort()
      } catch {}
    }
    guard isFit else { throw EndedProbe() }
    let file = try PDEBenchFile(path: path)
    _ = try FileSummary(of: file).description
    let loader = try BatchLoader(file, cacheMemory: 0)
    _ = try loader.batch([file.samples - 1])
    _ = (loader.grid, loader.times)
  }
}
