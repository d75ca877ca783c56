public import Options
public import PDEData
public import TensorCore

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
    return Normalization(inputs).normalizedFrame(
      0, of: values.reshaped([values.shape[0], 1] + values.shape[1...]))
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

  /// Frames in the model's units, of `[samples, time, variables, x(, y(, z))]`.
  public func normalized(_ frames: Tensor) -> Tensor {
    guard statistics != nil else { return frames }
    var result = Tensor(uninitialized: frames.shape)
    map(frames, 0..<frames.shape[1], to: &result, 0, time: 0, normalize)
    return result
  }

  /// Frames in the data set's units, of `[samples, time, variables, x(, y(, z))]`.
  public func restored(_ frames: Tensor) -> Tensor {
    guard statistics != nil else { return frames }
    var result = Tensor(uninitialized: frames.shape)
    map(frames, 0..<frames.shape[1], to: &result, 0, time: 0, restore)
    return result
  }

  /// One frame in the model's units.
  ///
  /// - Parameters:
  ///   - time: The frame's place.
  ///   - frames: Frames in the data set's units, `[samples, time, variables, x(, y(, z))]`.
  /// - Returns: `[samples, variables, x(, y(, z))]`.
  func normalizedFrame(_ time: Int, of frames: Tensor) -> Tensor {
    var result = Tensor(uninitialized: [frames.shape[0], 1] + frames.shape[2...])
    map(frames, time..<(time + 1), to: &result, 0, time: time, normalize)
    return result.reshaped([frames.shape[0]] + frames.shape[2...])
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
    let alone = [frame.shape[0], 1] + frame.shape[1...]
    var result = Tensor(uninitialized: alone)
    map(frame.reshaped(alone), 0..<1, to: &result, 0, time: time, transform)
    return result.reshaped(frame.shape)
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

  /// Brings a range of frames, the first of which is that of a time, to a place among others of the same samples, with a
  /// function of each value.
  private func map(
    _ source: Tensor, _ range: Range<Int>, to target: inout Tensor, _ place: Int, time: Int,
    _ transform: (_ value: Float, _ mean: Double, _ scale: Double) -> Float
  ) {
    let (variables, points) = (source.shape[2], source.shape[3...].reduce(1, *))
    let (sourceFrames, targetFrames) = (source.shape[1], target.shape[1])
    let (from, to) = (source.storage, target.mutableStorage())
    parallelFor(source.shape[0] * range.count * variables) { field in
      let (variable, sample) = (field % variables, field / (variables * range.count))
      let frame = field / variables % range.count
      let values =
        from.base + ((sample * sourceFrames + range.lowerBound + frame) * variables + variable) * points
      let results = to.base + ((sample * targetFrames + place + frame) * variables + variable) * points
      guard let statistics else { return results.update(from: values, count: points) }
      let kind = statistics.place(of: variable, frame: time + frame)
      let (mean, scale) = (statistics.mean[kind], statistics.scale(kind))
      for point in 0..<points { results[point] = transform(values[point], mean, scale) }
    }
  }
}

extension VariableStatistics {
  /// What a variable is divided by.
  fileprivate func scale(_ variable: Int) -> Double {
    standardDeviation[variable] > 0 ? standardDeviation[variable] : 1
  }
}
