public import Options
public import PDEData
import TensorCore

/// The scaling of variables between a data set's units and the model's.
///
/// x' = (x − mean) / scale per variable, and per frame where frames are different quantities. What is constant keeps its
/// scale.
public struct Normalization: Sendable, Equatable {
  /// How a configuration has variables scaled.
  public enum Method: String, OptionChoice {
    /// To mean 0 and standard deviation 1 over the training samples.
    case standard
    /// Not at all, as the paper does.
    case none
  }

  /// The means and standard deviations of the training samples; nil for data that reach the model as they are.
  public let statistics: VariableStatistics?
  /// Those of the inputs that a model sees and does not predict; nil where there are none, or they are not scaled.
  public let inputs: VariableStatistics?

  /// A scaling to mean 0 and standard deviation 1, or none.
  public init(_ statistics: VariableStatistics?, inputs: VariableStatistics? = nil) {
    self.statistics = statistics
    self.inputs = inputs
  }

  /// Inputs in the model's units, of `[samples, inputs, x(, y(, z))]`.
  func normalizedInputs(_ values: Tensor?) -> Tensor? {
    guard let values, let inputs else { return values }
    return Normalization(inputs).normalizedFrame(0, of: values.addingTimeAxis)
  }

  /// The scaling of a method.
  ///
  /// - Parameters:
  ///   - method: How variables are scaled.
  ///   - statistics: The means and standard deviations of the training samples.
  ///   - inputs: Those of the inputs.
  public init(_ method: Method, of statistics: VariableStatistics, inputs: VariableStatistics? = nil) {
    switch method {
    case .standard: self.init(statistics, inputs: inputs)
    case .none: self.init(nil)
    }
  }

  /// The same scaling for data that lack variables, whose zeros it leaves as they are.
  ///
  /// - Parameter present: Of each variable, whether the data have it.
  /// - Returns: The scaling.
  func lacking(_ present: [Bool]) -> Normalization {
    guard let statistics else { return self }
    func kept(_ numbers: [Double]) -> [Double] {
      numbers.indices.map { present[$0 % present.count] ? numbers[$0] : 0 }
    }
    let own = VariableStatistics(
      variables: statistics.variables, mean: kept(statistics.mean),
      standardDeviation: kept(statistics.standardDeviation), frames: statistics.frames)
    return Normalization(own, inputs: inputs)
  }

  /// One frame in the model's units.
  ///
  /// - Parameters:
  ///   - time: The frame's place.
  ///   - frames: Frames in the data set's units, `[samples, time, variables, x(, y(, z))]`.
  /// - Returns: `[samples, variables, x(, y(, z))]`.
  func normalizedFrame(_ time: Int, of frames: Tensor) -> Tensor {
    map(frames, at: time, time: time, normalize)
  }

  /// One frame in the model's units.
  ///
  /// - Parameters:
  ///   - frame: `[samples, variables, x(, y(, z))]` in the data set's units.
  ///   - time: The frame's place.
  /// - Returns: The same shape.
  func normalized(_ frame: Tensor, ofFrame time: Int) -> Tensor { map(frame, time: time, normalize) }

  /// One frame in the data set's units.
  ///
  /// - Parameters:
  ///   - frame: `[samples, variables, x(, y(, z))]` in the model's units.
  ///   - time: The frame's place.
  /// - Returns: The same shape.
  func restored(_ frame: Tensor, ofFrame time: Int) -> Tensor { map(frame, time: time, restore) }

  private func map(
    _ frame: Tensor, time: Int, _ transform: (_ value: Float, _ mean: Double, _ scale: Double) -> Float
  ) -> Tensor {
    guard statistics != nil else { return frame }
    return map(frame.addingTimeAxis, at: 0, time: time, transform)
  }

  /// The model's units of a frame in those of the data set.
  ///
  /// - Parameters:
  ///   - time: The frame's place.
  ///   - variables: The number of variables.
  /// - Returns: Mean and scale of each variable.
  func units(ofFrame time: Int, variables: Int) -> FrameUnits {
    guard let statistics else { return FrameUnits(unscaled: variables) }
    let kinds = (0..<variables).map { statistics.place(of: $0, frame: time) }
    return FrameUnits(mean: kinds.map { statistics.mean[$0] }, scale: kinds.map(statistics.scale))
  }

  private func normalize(_ value: Float, mean: Double, scale: Double) -> Float {
    Float((Double(value) - mean) / scale)
  }

  private func restore(_ value: Float, mean: Double, scale: Double) -> Float {
    Float(Double(value) * scale + mean)
  }

  /// One of several frames with a function of each value.
  ///
  /// - Parameters:
  ///   - frames: `[samples, time, variables, x(, y(, z))]`.
  ///   - place: The frame's place in `frames`.
  ///   - time: The frame's place in the data set, which tells its quantity.
  ///   - transform: The function.
  /// - Returns: `[samples, variables, x(, y(, z))]`.
  private func map(
    _ frames: Tensor, at place: Int, time: Int,
    _ transform: (_ value: Float, _ mean: Double, _ scale: Double) -> Float
  ) -> Tensor {
    let (count, variables, points) = (frames.shape[1], frames.shape[2], frames.shape[3...].reduce(1, *))
    var result = Tensor(uninitialized: [frames.shape[0]] + frames.shape[2...])
    let (from, to) = (frames.storage, result.mutableStorage())
    parallelFor(frames.shape[0] * variables) { field in
      let (variable, sample) = (field % variables, field / variables)
      let values = from.base + ((sample * count + place) * variables + variable) * points
      let results = to.base + field * points
      guard let statistics else { return results.update(from: values, count: points) }
      let kind = statistics.place(of: variable, frame: time)
      let (mean, scale) = (statistics.mean[kind], statistics.scale(kind))
      for point in 0..<points { results[point] = transform(values[point], mean, scale) }
    }
    return result
  }
}

extension VariableStatistics {
  /// What a variable is divided by.
  fileprivate func scale(_ variable: Int) -> Double {
    standardDeviation[variable] > 0 ? standardDeviation[variable] : 1
  }
}
