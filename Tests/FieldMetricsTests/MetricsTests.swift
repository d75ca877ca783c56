import FieldMetrics
import Foundation
import TensorCore
import TestSupport
import Testing

/// PDEBench's definitions written out, one sum after the other: slow, in double precision, with a direct Fourier sum.
private struct DirectMetrics {
  /// Points of a field with their positions.
  let shape: [Int]
  let positions: [[Int]]

  init(shape: [Int]) {
    self.shape = shape
    positions = (0..<shape.reduce(1, *)).map { Self.position($0, shape) }
  }

  static func position(_ place: Int, _ shape: [Int]) -> [Int] {
    var rest = place
    var position = shape
    for axis in shape.indices.reversed() {
      position[axis] = rest % shape[axis]
      rest /= shape[axis]
    }
    return position
  }

  func rootMeanSquare(_ field: [Double]) -> Double {
    (field.reduce(0) { $0 + $1 * $1 } / Double(field.count)).squareRoot()
  }

  func boundary(_ field: [Double]) -> Double {
    var sum = 0.0
    var count = 0
    for axis in shape.indices {
      for side in [0, shape[axis] - 1] {
        for (value, position) in zip(field, positions) where position[axis] == side {
          sum += value * value
          count += 1
        }
      }
    }
    return (sum / Double(count)).squareRoot()
  }

  /// Squared moduli by shell.
  func shells(_ field: [Double]) -> [Double] {
    let smallest = (shape.min() ?? 0) / 2
    var energies = [Double](repeating: 0, count: shape.count == 1 ? smallest + 1 : smallest)
    for mode in positions {
      let allowed = shape.count == 1 ? mode[0] <= smallest : zip(mode, shape).allSatisfy { $0 < $1 / 2 }
      let length = mode.reduce(0.0) { $0 + Double($1 * $1) }.squareRoot()
      guard allowed, Int(length) < energies.count else { continue }
      var (real, imaginary) = (0.0, 0.0)
      for (value, position) in zip(field, positions) {
        let turns = zip(zip(mode, position), shape).reduce(0.0) {
          $0 + Double($1.0.0 * $1.0.1) / Double($1.1)
        }
        real += value * cos(2 * .pi * turns)
        imaginary -= value * sin(2 * .pi * turns)
      }
      energies[Int(length)] += real * real + imaginary * imaginary
    }
    return energies
  }
}

private func random(_ shape: [Int], seed: UInt64) -> Tensor {
  var generator = CounterGenerator(seed: seed, purpose: .test)
  return Tensor((0..<shape.reduce(1, *)).map { _ in 2 * generator.uniform() - 0.7 }, shape: shape)
}

private func isClose(_ found: Double, _ wanted: Double, within tolerance: Double = 1e-6) -> Bool {
  abs(found - wanted) <= tolerance * max(abs(wanted), 1e-6) || found.isNaN && wanted.isNaN
}

@Suite("Metrics") struct MetricsTests {
  @Test(
    "agree with the definitions written out",
    arguments: [[9], [26], [64], [6, 9], [26, 28], [30, 25], [4, 6, 5], [13, 12, 14]])
  func definitions(space: [Int]) throws {
    let (samples, frames, variables) = (3, 2, 2)
    let points = space.reduce(1, *)
    let prediction = random([samples, frames, variables] + space, seed: 1)
    let target = random([samples, frames, variables] + space, seed: 2)
    var accumulator = MetricsAccumulator(shape: Array(target.shape.dropFirst()), initialSteps: 1)
    accumulator.add(prediction: prediction, target: target)
    let full = accumulator.frameMetrics

    let direct = DirectMetrics(shape: space)
    let (predicted, wanted) = (prediction.elements, target.elements)
    for frame in 0..<frames {
      for variable in 0..<variables {
        var (rmse, nrmse, squaredTotals, maximum, boundary) = (0.0, 0.0, 0.0, 0.0, 0.0)
        var energies: [Double] = []
        for sample in 0..<samples {
          let start = ((sample * frames + frame) * variables + variable) * points
          let field = (start..<(start + points)).map { Double(predicted[$0]) - Double(wanted[$0]) }
          let error = direct.rootMeanSquare(field)
          rmse += error / 3
          nrmse += error / direct.rootMeanSquare(wanted[start..<(start + points)].map(Double.init)) / 3
          let total = field.reduce(0, +)
          squaredTotals += total * total / 3
          maximum = max(maximum, field.map(abs).max() ?? 0)
          boundary += direct.boundary(field) / 3
          let shells = direct.shells(field)
          energies = energies.isEmpty ? shells : zip(energies, shells).map(+)
        }
        #expect(isClose(full.rmse[variable][frame], rmse))
        #expect(isClose(full.nrmse[variable][frame], nrmse))
        #expect(isClose(full.conserved[variable][frame], squaredTotals.squareRoot() / Double(points)))
        #expect(isClose(full.maximum[variable][frame], maximum))
        #expect(isClose(full.boundary[variable][frame], boundary))
        let roots = energies.map { ($0 / 3).squareRoot() / Double(points) }
        for (band, shells) in [roots.prefix(4), roots.dropFirst(4).prefix(8), roots.dropFirst(12)]
          .enumerated()
        {
          let mean = shells.isEmpty ? .nan : shells.reduce(0, +) / Double(shells.count)
          #expect(isClose(full.fourier[variable][band][frame], mean))
        }
      }
    }
  }

  @Test("their means run over variables and frames, and nRMSE over predicted frames alone as well")
  func means() {
    var accumulator = MetricsAccumulator(shape: [5, 3, 32], initialSteps: 2)
    accumulator.add(prediction: random([4, 5, 3, 32], seed: 5), target: random([4, 5, 3, 32], seed: 6))
    let (mean, full) = (accumulator.metrics, accumulator.frameMetrics)
    func average(_ table: [[Double]]) -> Double {
      table.joined().reduce(0, +) / Double(table.joined().count)
    }
    #expect(isClose(mean.rmse, average(full.rmse)))
    #expect(isClose(mean.nrmse, average(full.nrmse)))
    #expect(isClose(mean.predictedNRMSE, average(full.nrmse.map { Array($0[2...]) })))
    #expect(isClose(mean.conserved, average(full.conserved)))
    #expect(isClose(mean.maximum, average(full.maximum)))
    #expect(isClose(mean.boundary, average(full.boundary)))
    for band in 0..<3 { #expect(isClose(mean.fourier[band], average(full.fourier.map { $0[band] }))) }
    #expect(mean.samples == 4 && mean.zeroTargets == 0)
  }

  @Test("initial frames that are repeated exactly count in nRMSE, not in nRMSE_predicted")
  func initialFrames() {
    let target = random([2, 4, 1, 30], seed: 8)
    let prediction = Tensor.concatenated(
      [target.sliced(axis: 1, 0..<3), random([2, 1, 1, 30], seed: 9)], axis: 1)
    var accumulator = MetricsAccumulator(shape: [4, 1, 30], initialSteps: 3)
    accumulator.add(prediction: prediction, target: target)
    let metrics = accumulator.metrics
    #expect(metrics.nrmse > 0)
    #expect(isClose(metrics.predictedNRMSE, 4 * metrics.nrmse))
    #expect(isClose(metrics.rmse, accumulator.frameMetrics.rmse[0][3] / 4))
  }

  @Test(
    "a wave of wavenumber k is seen in its band alone",
    arguments: [(2, 0), (4, 1), (11, 1), (12, 2), (16, 2)])
  func oneWave(wavenumber: Int, band: Int) {
    let wave = (0..<32).map { Float(cos(2 * Double.pi * Double(wavenumber * $0) / 32)) }
    var accumulator = MetricsAccumulator(shape: [1, 1, 32], initialSteps: 0)
    accumulator.add(
      prediction: Tensor(wave.map { 3 + 0.5 * $0 }, shape: [1, 1, 1, 32]),
      target: Tensor(repeating: 3, shape: [1, 1, 1, 32]))
    let fourier = accumulator.metrics.fourier
    // Half of the amplitude goes to −k, unless that is the same mode.
    let amplitude = wavenumber == 16 ? 0.5 : 0.25
    for other in 0..<3 {
      let shells = [4.0, 8, 5][other]
      #expect(abs(fourier[other] - (other == band ? amplitude / shells : 0)) < 1e-7)
    }
  }

  @Test("neither the size of the batches nor the number of threads changes a bit")
  func reproducibility() async {
    // In a process of its own: the number of threads must not change while other tests compute.
    await #expect(processExitsWith: .success) {
      let (prediction, target) = (random([7, 3, 2, 26, 30], seed: 3), random([7, 3, 2, 26, 30], seed: 4))
      func metrics(batches: [Range<Int>], threads: Int) -> FrameMetrics {
        WorkerPool.threads = threads
        var accumulator = MetricsAccumulator(shape: [3, 2, 26, 30], initialSteps: 1)
        for batch in batches {
          accumulator.add(
            prediction: prediction.sliced(axis: 0, batch), target: target.sliced(axis: 0, batch))
        }
        return accumulator.frameMetrics
      }
      let whole = metrics(batches: [0..<7], threads: 1)
      #expect(whole == metrics(batches: [0..<7], threads: 2))
      #expect(whole == metrics(batches: [0..<3, 3..<3, 3..<4, 4..<7], threads: 2))
    }
  }

  @Test("a zero target counts if it is predicted exactly, and is counted apart if it is not")
  func zeroTarget() {
    // Samples by rows; the second variable's target is zero in both samples, the first's in one.
    let target = Tensor([1, 1, 0, 0, 0, 0, 0, 0].map(Float.init), shape: [2, 1, 2, 2])
    let prediction = Tensor([1.5, 1.5, 0, 0, 0, 0, 1, 1].map(Float.init), shape: [2, 1, 2, 2])
    var accumulator = MetricsAccumulator(shape: [1, 2, 2], initialSteps: 0)
    accumulator.add(prediction: prediction, target: target)
    #expect(accumulator.frameMetrics.nrmse == [[0.25], [0]])
    #expect(accumulator.metrics.nrmse == 0.125)
    #expect(accumulator.metrics.zeroTargets == 1)

    var hopeless = MetricsAccumulator(shape: [1, 2, 2], initialSteps: 0)
    hopeless.add(prediction: Tensor(repeating: 1, shape: [2, 1, 2, 2]), target: target)
    #expect(hopeless.frameMetrics.nrmse[0] == [0] && hopeless.frameMetrics.nrmse[1][0].isNaN)
    #expect(hopeless.metrics.nrmse == 0 && hopeless.metrics.zeroTargets == 3)
  }

  @Test("nRMSE is undefined where every field that counts is a zero that was met")
  func undefinedRelativeError() throws {
    // Ten given frames of zeros, repeated; five predicted ones that are not zero as they should be.
    let target = Tensor.zeros([7, 15, 1, 8])
    let prediction = Tensor.concatenated(
      [.zeros([7, 10, 1, 8]), Tensor(repeating: 4, shape: [7, 5, 1, 8])], axis: 1)
    var accumulator = MetricsAccumulator(shape: [15, 1, 8], initialSteps: 10)
    accumulator.add(prediction: prediction, target: target)
    let metrics = accumulator.metrics
    #expect(metrics.nrmse.isNaN && metrics.predictedNRMSE.isNaN && metrics.rmse > 1)
    #expect(metrics.zeroTargets == 35 && metrics.fields == 105)
    #expect(metrics.omission?.contains("35 of 105 fields") == true)
    let json = try JSONSerialization.jsonObject(with: JSONEncoder().encode(metrics))
    let object = try #require(json as? [String: Any])
    #expect(object["nRMSE"] is NSNull && object["zero_targets"] as? Int == 35)
    #expect((object["nRMSE_note"] as? String)?.contains("target is zero") == true)
    let decoded = try JSONDecoder().decode(Metrics.self, from: JSONEncoder().encode(metrics))
    #expect(decoded.nrmse.isNaN && decoded.fields == 105 && decoded.zeroTargets == 35)

    // All zeros met: nothing is wrong, and nothing is left out.
    var exact = MetricsAccumulator(shape: [15, 1, 8], initialSteps: 10)
    exact.add(prediction: target, target: target)
    #expect(exact.metrics.nrmse == 0 && exact.metrics.omission == nil)
  }

  @Test("BD in three dimensions counts the six faces, each variable apart")
  func boundaryOfCube() {
    // Errors of 1 and 2 at one corner, which lies on three faces, of 2·(3·4 + 4·5 + 5·3) points on all six.
    var prediction = Tensor.zeros([1, 1, 2, 3, 4, 5])
    prediction[0, 0, 0, 2, 0, 4] = 1
    prediction[0, 0, 1, 2, 0, 4] = 2
    // Errors inside are on no face.
    prediction[0, 0, 0, 1, 2, 3] = 100
    var accumulator = MetricsAccumulator(shape: [1, 2, 3, 4, 5], initialSteps: 0)
    accumulator.add(prediction: prediction, target: Tensor(repeating: 0, shape: prediction.shape))
    let unit = (3.0 / 94).squareRoot()
    #expect(isClose(accumulator.frameMetrics.boundary[0][0], unit))
    #expect(isClose(accumulator.frameMetrics.boundary[1][0], 2 * unit))
    #expect(isClose(accumulator.metrics.boundary, 1.5 * unit))
  }

  @Test("a prediction that is not a number shows in every measure")
  func notANumber() {
    var prediction = random([2, 2, 1, 30, 30], seed: 3)
    let target = random([2, 2, 1, 30, 30], seed: 4)
    prediction[1, 1, 0, 0, 29] = .nan
    var accumulator = MetricsAccumulator(shape: [2, 1, 30, 30], initialSteps: 1)
    accumulator.add(prediction: prediction, target: target)
    let metrics = accumulator.metrics
    for number in [
      metrics.rmse, metrics.nrmse, metrics.predictedNRMSE, metrics.conserved, metrics.maximum,
      metrics.boundary,
    ] + metrics.fourier {
      #expect(number.isNaN)
    }
    #expect(accumulator.frameMetrics.rmse[0][0].isFinite)
  }

  @Test("JSON has PDEBench's names, null for what is not finite, and reads back")
  func coding() throws {
    var accumulator = MetricsAccumulator(shape: [2, 1, 16], initialSteps: 2)
    accumulator.add(prediction: random([1, 2, 1, 16], seed: 3), target: random([1, 2, 1, 16], seed: 4))
    let encoder = JSONEncoder()
    let data = try encoder.encode(accumulator.metrics)
    let object = try #require(JSON.object(data) as? [String: Any])
    let measures: Set = ["RMSE", "nRMSE", "nRMSE_predicted", "CSV", "Max", "BD", "F"]
    #expect(Set(object.keys) == measures.union(["samples", "fields", "zero_targets"]))
    #expect(object["nRMSE_predicted"] is NSNull)
    let fourier = try #require(object["F"] as? [Any])
    #expect(fourier.count == 3 && fourier[2] is NSNull && fourier[0] is Double)

    let decoded = try JSONDecoder().decode(Metrics.self, from: data)
    #expect(decoded.rmse == accumulator.metrics.rmse && decoded.samples == 1)
    #expect(decoded.predictedNRMSE.isNaN && decoded.fourier[0] == accumulator.metrics.fourier[0])
    let full = try JSONDecoder().decode(FrameMetrics.self, from: encoder.encode(accumulator.frameMetrics))
    #expect(full.boundary == accumulator.frameMetrics.boundary && full.fourier[0][2][1].isNaN)
  }
}
