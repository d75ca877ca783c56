import FieldMetrics
import Foundation
import HDF5
import PDEData
import TensorCore
import TestSupport
import Testing

/// Moves the last two axes, time and variable, of `[sample, x…, time, variable]` before space.
private func framesFirst(_ fields: Tensor) -> Tensor {
  let space = Array(fields.shape.dropFirst().dropLast(2))
  let points = space.reduce(1, *)
  let (frames, variables) = (fields.shape[space.count + 1], fields.shape[space.count + 2])
  let elements = fields.elements
  let moved = elements.indices.map { index in
    let (point, field) = (index % points, index / points)
    let (sample, frame, variable) = (
      field / (frames * variables), field / variables % frames, field % variables
    )
    return elements[((sample * points + point) * frames + frame) * variables + variable]
  }
  return Tensor(moved, shape: [fields.shape[0], frames, variables] + space)
}

@Suite("Metrics agree with PDEBench")
struct MetricsReferenceTests {
  @Test("on fields in one and two dimensions", arguments: ["metrics1d", "metrics2d"], Reference.sets)
  func fields(name: String, set: Reference) throws {
    let file = try HDF5File(reading: set.path("\(name).hdf5"))
    let target = framesFirst(try file.floats(at: "target"))
    var accumulator = MetricsAccumulator(shape: Array(target.shape.dropFirst()), initialSteps: 0)
    accumulator.add(prediction: framesFirst(try file.floats(at: "pred")), target: target)
    let (mean, full) = (accumulator.metrics, accumulator.frameMetrics)

    // The reference took sums of fields and spectra in single precision before it subtracted them.
    let rounding = 1e-6 * Double(target.elements.map(abs).max() ?? 0)
    func check(_ found: [Double], _ path: String, within absolute: Double = 0) throws {
      let wanted = try file.floats(at: path).elements.map(Double.init)
      #expect(found.count == wanted.count)
      for (found, wanted) in zip(found, wanted) {
        #expect(abs(found - wanted) <= 1e-5 * wanted + absolute, "\(path): \(found) instead of \(wanted)")
      }
    }
    try check([mean.rmse], "mean/RMSE")
    try check([mean.nrmse], "mean/nRMSE")
    try check([mean.conserved], "mean/CSV")
    try check([mean.maximum], "mean/Max")
    try check([mean.boundary], "mean/BD")
    try check(mean.fourier, "mean/F")
    try check(full.rmse.flatMap(\.self), "full/RMSE")
    try check(full.nrmse.flatMap(\.self), "full/nRMSE")
    try check(full.conserved.flatMap(\.self), "full/CSV", within: rounding)
    try check(full.maximum.flatMap(\.self), "full/Max")
    try check(full.boundary.flatMap(\.self), "full/BD")
    try check(full.fourier.flatMap { $0.flatMap(\.self) }, "full/F", within: rounding)
  }

  /// What is needed of a run's record.
  private struct Trace: Decodable {
    struct Measures: Decodable {
      let RMSE, nRMSE, CSV, Max, BD: Double
      let F: [Double]
    }
    let data: String
    let initial_steps, reduced_resolution, reduced_resolution_t, test_samples: Int
    let test_metrics_per_epoch: [Measures]
  }

  @Test("on the last epoch of a whole run", arguments: Reference.sets)
  func line(set: Reference) throws { try checkRun("trace_fno1d", in: set) }

  @Test(
    "on the last epoch of a whole run in two dimensions",
    .enabled(if: Reference.larger != nil, "\(Reference.absence)"))
  func plane() throws { try checkRun("trace_fno2d", in: #require(Reference.larger)) }

  private func checkRun(_ name: String, in set: Reference) throws {
    let record = try Data(contentsOf: URL(filePath: set.path("\(name).json")))
    let trace = try JSONDecoder().decode(Trace.self, from: record)
    let loader = try BatchLoader(
      file: PDEBenchFile(path: set.path("pdebench/\(trace.data)")),
      subsampling: Subsampling(
        reducedResolution: trace.reduced_resolution, reducedResolutionTime: trace.reduced_resolution_t))
    let target = try loader.batch(Array(0..<trace.test_samples)).frames
    let file = try HDF5File(reading: set.path("\(name).prediction.hdf5"))
    var accumulator = MetricsAccumulator(shape: loader.sampleShape, initialSteps: trace.initial_steps)
    accumulator.add(prediction: framesFirst(try file.floats(at: "prediction")), target: target)

    let found = accumulator.metrics
    let wanted = try #require(trace.test_metrics_per_epoch.last)
    let pairs = [
      (found.rmse, wanted.RMSE), (found.nrmse, wanted.nRMSE), (found.conserved, wanted.CSV),
      (found.maximum, wanted.Max), (found.boundary, wanted.BD),
    ]
    for (found, wanted) in pairs + zip(found.fourier, wanted.F) {
      #expect(abs(found - wanted) <= 1e-5 * wanted, "\(found) instead of \(wanted)")
    }
    // The initial frames are repeated, so their error is 0 and only the number of frames differs.
    let frames = Double(target.shape[1])
    let predicted = found.nrmse * frames / (frames - Double(trace.initial_steps))
    #expect(abs(found.predictedNRMSE - predicted) <= 1e-9 * predicted)
  }
}
