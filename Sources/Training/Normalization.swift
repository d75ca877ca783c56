public import PDEData
public import TensorCore

/// The scaling of variables between a data set's units and the model's.
///
/// x' = (x − mean) / scale per variable. A variable that is constant keeps its scale.
public struct Normalization: Sendable, Equatable {
  /// The means and standard deviations of the training samples; nil for data that reach the model as they are.
  public let statistics: VariableStatistics?

  /// A scaling to mean 0 and standard deviation 1, or none.
  public init(_ statistics: VariableStatistics?) {
    self.statistics = statistics
  }

  /// Frames in the model's units, of `[samples, time, variables, x(, y(, z))]`.
  public func normalized(_ frames: Tensor) -> Tensor {
    guard let statistics else { return frames }
    return scaled(frames) { variable, value in
      Float((Double(value) - statistics.mean[variable]) / statistics.scale(variable))
    }
  }

  /// Frames in the data set's units, of `[samples, time, variables, x(, y(, z))]`.
  public func restored(_ frames: Tensor) -> Tensor {
    guard let statistics else { return frames }
    return scaled(frames) { variable, value in
      Float(Double(value) * statistics.scale(variable) + statistics.mean[variable])
    }
  }

  private func scaled(_ frames: Tensor, _ transform: (_ variable: Int, _ value: Float) -> Float) -> Tensor {
    let variables = frames.shape[2]
    let points = frames.shape[3...].reduce(1, *)
    var result = Tensor(uninitialized: frames.shape)
    let (source, target) = (frames.storage, result.mutableStorage())
    parallelFor(frames.count / points) { field in
      for point in (field * points)..<((field + 1) * points) {
        target.base[point] = transform(field % variables, source.base[point])
      }
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
