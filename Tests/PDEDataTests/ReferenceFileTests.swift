import Foundation
import HDF5
import PDEData
import SystemFiles
import TensorCore
import TestSupport
import Testing

@Suite("Reference files")
struct ReferenceFileTests {
  @Test("every published layout opens and is summarized", arguments: Reference.flows, Reference.sets)
  func summary(name: String, set: Reference) throws {
    let file = try PDEBenchFile(path: set.path("pdebench/\(name).hdf5"))
    let dimensions = name.hasPrefix("1D") ? 1 : 2
    #expect(file.kind == .compressibleFlow)
    #expect(file.dimensions == dimensions)
    #expect(file.variables.count == dimensions + 2)
    #expect(file.parameters["eta"] == (name.contains("Eta0.01") ? 0.01 : 1e-8))
    #expect(file.notes.isEmpty)
    let summary = try FileSummary(of: file)
    #expect(summary.notFinite == 0)
    #expect(summary.coordinates.map(\.isUniform).contains(false) == false)
    #expect(summary.variables[0].minimum ?? 0 > 0)
    #expect(summary.variables[1].minimum ?? 0 > 0)
  }

  struct Case: Sendable {
    let set: Reference?
    let data, trace: String
    var space = 1
    var time = 1
    let samples: Int
  }

  @Test(
    "test samples are those that the reference's own runs were measured on",
    arguments: [
      Case(set: .own, data: Reference.flows[0], trace: "trace_fno1d", space: 2, samples: 1),
      Case(set: .larger, data: Reference.flows[0], trace: "trace_fno1d", time: 5, samples: 2),
      Case(set: .larger, data: Reference.flows[2], trace: "trace_fno2d", space: 2, samples: 1),
    ].filter { $0.set != nil })
  func testSamples(run: Case) throws {
    let set = try #require(run.set)
    let samples = run.samples
    let file = try PDEBenchFile(path: set.path("pdebench/\(run.data).hdf5"))
    let subsampling = Subsampling(
      reducedResolution: run.space, reducedResolutionTime: run.time, testSamples: samples)
    let batch = try BatchLoader(file, subsampling: subsampling).batch(subsampling.split(file).test)
    // [sample, space…, time, variable]
    let target = try HDF5File(reading: set.path("\(run.trace).prediction.hdf5")).floats(at: "target")
    let frames = batch.frames.shape[1]
    let variables = batch.frames.shape[2]
    let points = batch.frames.count / (samples * frames * variables)
    let mine = batch.frames.reshaped([samples, frames, variables, points])
    let theirs = target.reshaped([samples, points, frames, variables])
    for sample in 0..<samples {
      for frame in 0..<frames {
        for variable in 0..<variables {
          for point in 0..<points
          where mine[sample, frame, variable, point] != theirs[sample, point, frame, variable] {
            Issue.record("sample \(sample), frame \(frame), variable \(variable), point \(point) differs")
          }
        }
      }
    }
  }
}
