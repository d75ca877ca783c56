import FieldMetrics
import Reporting
import TensorCore
import Testing

@Suite("Errors over time")
struct ErrorOverTimeTests {
  @Test("the mean has no point where a variable blows up, and leaves out one whose nRMSE is undefined")
  func mean() {
    // Four frames of two variables at one point; the target is 1 but for the last value.
    let prediction: [Float] = [1, 1, 1.5, 1.25, 1.5, .infinity, 1.5, 1]
    let target: [Float] = [1, 1, 1, 1, 1, 1, 1, 0]
    var accumulator = MetricsAccumulator(
      shape: [4, 2, 1], initialSteps: 1, metrics: [NormalizedError.self])
    accumulator.add(
      prediction: Tensor(prediction, shape: [1, 4, 2, 1]), target: Tensor(target, shape: [1, 4, 2, 1]))
    let metrics = accumulator.frameMetrics
    #expect(metrics.meanNRMSE == [0, 0.375, .infinity, 0.5])
    let points = ErrorOverTime(metrics, persistence: nil, times: nil, initialSteps: 1).meanPoints
    #expect(points.map { $0.x } == [0, 1, 3])
    #expect(points.map { $0.y } == [0, 0.375, 0.5])
  }
}
