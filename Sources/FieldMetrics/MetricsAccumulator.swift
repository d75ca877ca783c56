public import TensorCore

/// Computes ``Metrics`` from predictions that come a few samples at a time.
///
/// ```swift
/// var accumulator = MetricsAccumulator(shape: [21, 4, 64, 64], initialSteps: 10)
/// for batch in batches { accumulator.add(prediction: rollout(batch), target: batch.frames) }
/// print(accumulator.metrics.nrmse)
/// ```
///
/// All sums are in double precision and run over the samples in the order in which they are added, so that neither the
/// size of the batches nor the number of threads changes a bit of the result.
public struct MetricsAccumulator: Sendable {
  /// The shape of one sample: `[time, variable, x(, y(, z))]`.
  public let shape: [Int]
  /// The first frames of a sample that were given to the model rather than predicted by it.
  public let initialSteps: Int
  /// The number of samples so far.
  public private(set) var samples = 0

  private let points: Int
  private let measures: [any FieldMetric]
  /// Where each metric's sums begin among those of a field.
  private let offsets: [Int]
  /// The sums of all metrics of a field.
  private let sumsPerField: Int
  /// `[time, variable, metric's sums]`.
  private var sums: [Double]

  /// An accumulator without samples.
  ///
  /// - Parameters:
  ///   - shape: The shape of one sample: `[time, variable, x(, y(, z))]`.
  ///   - initialSteps: The first frames that are not predicted, at most all.
  ///   - metrics: What is measured; PDEBench's metrics unless given.
  /// - Precondition: The fields have one to three dimensions, and nothing is empty.
  public init(shape: [Int], initialSteps: Int, metrics: [any FieldMetric.Type] = Metrics.all) {
    precondition(
      (3...5).contains(shape.count) && shape.allSatisfy { $0 > 0 },
      "metrics need samples of shape [time, variable, x(, y(, z))], got \(shape)")
    precondition(
      (0...shape[0]).contains(initialSteps), "\(initialSteps) initial steps do not fit \(shape[0]) frames")
    self.shape = shape
    self.initialSteps = initialSteps
    points = shape[2...].reduce(1, *)
    measures = metrics.map { $0.init(shape: Array(shape[2...])) }
    var (offsets, next) = ([Int](), 0)
    for metric in measures {
      offsets.append(next)
      next += metric.sumCount
    }
    self.offsets = offsets
    sumsPerField = next
    sums = Array(repeating: 0, count: shape[0] * shape[1] * next)
  }

  /// Takes further samples into account.
  ///
  /// - Parameters:
  ///   - prediction: `[sample, time, variable, x(, y(, z))]`, the initial frames included.
  ///   - target: What should have been predicted, of the same shape.
  /// - Precondition: Both have ``shape`` after the first axis and the same number of samples.
  public mutating func add(prediction: Tensor, target: Tensor) {
    precondition(
      prediction.shape == target.shape && target.shape.dropFirst() == shape[...],
      "metrics of samples \(shape) cannot take predictions \(prediction.shape) of \(target.shape)")
    let batch = target.shape[0]
    samples += batch
    let (points, measures, offsets, sumsPerField) = (points, measures, offsets, sumsPerField)
    let fields = shape[0] * shape[1]
    let (predicted, wanted) = (prediction.storage, target.storage)
    sums.withUnsafeMutableBufferPointer { sums in
      parallelFor(fields, scratch: points) { field, scratch in
        let difference = UnsafeMutableBufferPointer(start: scratch, count: points)
        for sample in 0..<batch {
          let place = (sample * fields + field) * points
          let target = UnsafeBufferPointer(start: wanted.base + place, count: points)
          let moments = ErrorMoments(
            prediction: UnsafeBufferPointer(start: predicted.base + place, count: points), target: target,
            difference: difference)
          for (metric, offset) in zip(measures, offsets) {
            let start = field * sumsPerField + offset
            var own = sums.extracting(start..<(start + metric.sumCount)).mutableSpan
            metric.add(
              moments, difference: UnsafeBufferPointer(difference).span, target: target.span, to: &own)
          }
        }
      }
    }
  }
}

extension MetricsAccumulator {
  /// The measures over all samples so far, as means over variables and frames; NaN before the first sample.
  public var metrics: Metrics {
    let summaries = tables.map { metric, table in metric.summary(of: table) }
    return Metrics(
      values: summaries.reduce(into: [:]) { $0.merge($1.values) { first, _ in first } }, samples: samples,
      fields: samples * shape[0] * shape[1], zeroTargets: summaries.reduce(0) { $0 + $1.leftOut })
  }

  /// The measures over all samples so far for every variable and frame; NaN before the first sample.
  public var frameMetrics: FrameMetrics {
    var result: [String: [[[Double]]]] = [:]
    for (metric, table) in tables {
      result[type(of: metric).key] = (0..<shape[1]).map { variable in
        let components = table.values.first?.indices ?? 0..<0
        return components.map { component in
          (0..<shape[0]).map { table.values[$0 * shape[1] + variable][component] ?? .nan }
        }
      }
    }
    return FrameMetrics(tables: result)
  }

  private var tables: [(metric: any FieldMetric, table: MetricTable)] {
    zip(measures, offsets).map { metric, offset in
      let sums = (0..<shape[0] * shape[1]).map { field in
        let start = field * sumsPerField + offset
        return self.sums[start..<(start + metric.sumCount)]
      }
      return (
        metric,
        MetricTable(metric, shape: shape, initialSteps: initialSteps, samples: samples, sums: sums)
      )
    }
  }
}
