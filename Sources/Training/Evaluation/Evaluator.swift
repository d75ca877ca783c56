public import Autodiff
public import FieldMetrics
import MessagePassing
import NeuralOperators
public import PDEData
public import Symmetries
public import TensorCore

/// Measures the rollouts of a model on samples of a data set, in the data set's units.
public struct Evaluator {
  private let rollout: Rollout
  private let loader: BatchLoader
  private let formulation: Formulation
  private let symmetries: [SymmetryElement]
  private let batchSize: Int
  private let metrics: [any FieldMetric.Type]
  /// The places of the variables that are measured: of all that the model predicts those that the data set has.
  package let measured: [Int]
  private let mask: [Float]?
  /// The time from each predicted frame to the next; nil for the data set's times.
  private let step: Double?

  /// An evaluator of a checkpoint's model on a data set. Each predicted frame is as much later than the one before it as in training,
  /// whatever times the data set has; only on the frames of the training do its own times hold.
  ///
  /// - Parameters:
  ///   - checkpoint: The model, its formulation, and the time between the frames that it was trained on.
  ///   - loader: The data set.
  ///   - batchSize: Samples that are predicted together.
  ///   - metrics: What predictions are measured by besides PDEBench's metrics.
  /// - Throws: `SymmetryError` where the data set's grid does not have what the formulation needs.
  public init(
    _ checkpoint: Checkpoint, loader: BatchLoader, batchSize: Int, metrics: [any FieldMetric.Type] = []
  ) throws(SymmetryError) {
    try self.init(
      model: checkpoint.model, loader: loader, formulation: checkpoint.formulation, batchSize: batchSize,
      metrics: metrics, present: nil, step: checkpoint.forecastStep(on: loader))
  }

  /// An evaluator of a model on a data set that may lack variables; these stay zero, in the model's units too, and are not measured.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - loader: The data set.
  ///   - formulation: The formulation that the model was trained in.
  ///   - batchSize: Samples that are predicted together.
  ///   - metrics: What predictions are measured by besides PDEBench's metrics.
  ///   - present: Of each variable, whether the data set has it; nil for what a mixture's set says itself, and all of any other.
  ///   - step: The time from each predicted frame to the next; nil for the data set's times.
  /// - Throws: `SymmetryError` where the data set's grid does not have what the formulation needs.
  init(
    model: any NeuralOperator, loader: BatchLoader, formulation: Formulation, batchSize: Int,
    metrics: [any FieldMetric.Type], present: [Bool]?, step: Double? = nil
  ) throws(SymmetryError) {
    let present =
      present ?? (loader.dataSet as? UnifiedDataSet)?.present ?? loader.variables.map { _ in true }
    measured = present.indices.filter { present[$0] }
    mask = present.contains(false) ? present.map { $0 ? 1 : 0 } : nil
    self.metrics = metrics
    rollout = Rollout(model: model, grid: loader.grid)
    self.loader = loader
    self.step = step
    let own = try formulation.on(loader).lacking(present)
    self.formulation = own
    symmetries = own.symmetries.map { SymmetryGroup.elements(of: $0) } ?? []
    self.batchSize = batchSize
  }

  /// The names of the variables that are measured.
  public var variables: [String] { measured.map { loader.variables[$0].name } }

  /// Predicts samples from their first frames, batch by batch.
  ///
  /// - Parameters:
  ///   - samples: The places of the samples in the file.
  ///   - parameters: The model's weights.
  ///   - body: Takes the rollout, the initial frames as in the file, and the batch.
  /// - Throws: If the file cannot be read, or what `body` throws.
  public func forEachPrediction(
    of samples: [Int], _ parameters: Parameters, _ body: (_ prediction: Tensor, _ batch: Batch) throws -> Void
  ) throws {
    try forEachForecast(of: samples, from: 0, frames: loader.frames, parameters, body)
  }

  /// Predicts samples from any frame on, and beyond their last one.
  ///
  /// On several ranks each predicts some of the batches and sends them to rank 0, which alone calls `body`, batch by batch in
  /// order: the same calls as in one process.
  ///
  /// - Parameters:
  ///   - samples: The places of the samples in the file.
  ///   - start: The first of the frames that are given.
  ///   - count: The number of frames of a rollout, the given ones included.
  ///   - parameters: The model's weights.
  ///   - body: Takes the rollout, the initial frames as in the file, and the batch.
  /// - Throws: If the file cannot be read, or what `body` throws.
  /// - Precondition: The given frames are in the file.
  public func forEachForecast(
    of samples: [Int], from start: Int, frames count: Int, _ parameters: Parameters,
    _ body: (_ prediction: Tensor, _ batch: Batch) throws -> Void
  ) throws {
    let group = RankGroup.current
    let order = Array(samples.batches(of: batchSize).enumerated())
    let own = order.filter { group.isRoot || $0.offset % group.size == group.rank }
    let batches = loader.batches(own.map(\.element))
    var places = own.map(\.offset)[...]
    let initialSteps = formulation.initialSteps
    precondition(start + initialSteps <= loader.frames, "a rollout starts from frames that are there")
    let times = loader.times(
      from: start, count: max(count, initialSteps), given: initialSteps, step: step)
    while let batch = try batches.next(), let place = places.popFirst() {
      let rank = place % group.size
      if group.isRoot, rank != 0 {
        let shape = [batch.frames.shape[0], count] + batch.frames.shape[2...]
        try body(group.receive(shape, from: rank), batch)
        continue
      }
      // The given frames are copied, so that they carry no rounding of the scaling there and back.
      var prediction = Tensor(uninitialized: [batch.frames.shape[0], count] + batch.frames.shape[2...])
      prediction.setFrames(
        from: 0, to: batch.frames, frames: start..<start + min(initialSteps, count))
      if count > initialSteps {
        let given = batch.frames.sliced(axis: 1, start..<(start + initialSteps))
        try formulation.requirePositive(given, of: batch.samples, in: loader.dataSet.path)
        let inputs = rollout.model.staticInputs == 0 ? nil : batch.inputs
        let forecasts = symmetries.map { symmetry in
          symmetry.inverse(
            forecast(after: symmetry(given), inputs.map(symmetry.inputs), times: times, parameters))
        }
        prediction.setFrames(
          from: initialSteps,
          to: forecasts.mean.map { conserving($0, as: given) }
            ?? forecast(after: given, inputs, times: times, parameters))
      }
      if group.isRoot { try body(prediction, batch) } else { group.send(prediction, to: 0) }
    }
  }

  /// A mean of forecasts with the totals of the last given frame: momentum and energy are products, of which a mean of fields that
  /// conserve them keeps neither.
  private func conserving(_ forecast: Tensor, as given: Tensor) -> Tensor {
    guard let conservation = formulation.conservation else { return forecast }
    let start = conservation.totals(of: given.frame(formulation.initialSteps - 1))
    var result = forecast
    for time in 0..<forecast.shape[1] {
      let frame = conservation(Variable(forecast.frame(time)), start: start).value
      result.setFrames(from: time, to: frame.addingTimeAxis)
    }
    return result
  }

  /// The frames after the given ones, up to the last of some times, in the data's units.
  private func forecast(
    after given: Tensor, _ inputs: Tensor?, times: [Double], _ parameters: Parameters
  ) -> Tensor {
    let first = formulation.initialSteps
    let frames = FormulatedFrames(formulation, given, first: first, times: times, inputs: inputs)
    var forecast = Tensor(uninitialized: [given.shape[0], times.count - first] + given.shape[2...])
    rollout.predict(
      first..<times.count, inputs: frames.inputs, parameters, given: frames.frame,
      step: { output, last, time in
        let next = frames.next(output, after: last, time)
        return mask.map { next.scaledChannels(by: $0) } ?? next
      }
    ) { time, frame in
      forecast.setFrames(from: time - first, to: frames.restored(frame, time).addingTimeAxis)
    }
    return forecast
  }

  /// The metrics over samples.
  ///
  /// - Parameters:
  ///   - samples: The places of the samples in the file.
  ///   - parameters: The model's weights.
  ///   - progress: Is told the number of samples done; what it throws ends the evaluation.
  /// - Returns: The metrics so far accumulated over all of the samples; on other ranks than 0 over none.
  /// - Throws: If the file cannot be read, or what `progress` throws.
  public func evaluate(
    _ samples: [Int], _ parameters: Parameters, progress: (Int) throws -> Void = { _ in }
  ) throws -> MetricsAccumulator {
    var accumulator = MetricsAccumulator(
      shape: [loader.frames, measured.count] + loader.spatialShape, initialSteps: formulation.initialSteps,
      metrics: Metrics.all + metrics)
    try forEachPrediction(of: samples, parameters) { prediction, batch in
      accumulator.add(prediction: prediction.variables(measured), target: batch.frames.variables(measured))
      try progress(accumulator.samples)
    }
    return accumulator
  }
}
