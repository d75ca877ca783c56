import CVectorMath
import TensorCore

extension Variable {
  /// The sum over some axes.
  ///
  /// - Parameters:
  ///   - axes: The axes to sum over, each once; negative numbers count from the last, −1.
  ///   - keepsAxes: Whether they stay, with an extent of 1, so that the result can be ``broadcast(to:)`` the old shape.
  /// - Returns: The sums.
  /// - Precondition: There are such axes.
  public func sum(axes: [Int], keepsAxes: Bool = false) -> Variable {
    rowsAlong(axes, keepsAxes: keepsAxes) { $0.sumOfRows(scale: 1) }
  }

  /// The mean over some axes, (1/N) Σ x.
  ///
  /// - Parameters:
  ///   - axes: The axes to average over, each once; negative numbers count from the last, −1. All of them unless given.
  ///   - keepsAxes: Whether they stay, with an extent of 1, so that the result can be ``broadcast(to:)`` the old shape.
  /// - Returns: The means.
  /// - Precondition: There are such axes.
  public func mean(axes: [Int]? = nil, keepsAxes: Bool = false) -> Variable {
    rowsAlong(axes ?? Array(shape.indices), keepsAxes: keepsAxes) {
      $0.sumOfRows(scale: 1 / Double($0.shape[1]))
    }
  }

  /// The variance over some axes, (1/N) Σ (x − x̄)²; with 1/(N − 1) if unbiased.
  ///
  /// - Parameters:
  ///   - axes: The axes to average over, each once; negative numbers count from the last, −1. All of them unless given.
  ///   - keepsAxes: Whether they stay, with an extent of 1, so that the result can be ``broadcast(to:)`` the old shape.
  ///   - isUnbiased: Whether to divide by N − 1.
  /// - Returns: The variances.
  /// - Precondition: There are such axes.
  public func variance(axes: [Int]? = nil, keepsAxes: Bool = false, isUnbiased: Bool = false) -> Variable {
    rowsAlong(axes ?? Array(shape.indices), keepsAxes: keepsAxes) {
      $0.varianceOfRows(divisor: Double($0.shape[1] - (isUnbiased ? 1 : 0)))
    }
  }

  /// What becomes of each row if the given axes are moved to the end and joined: `[rows, length]` to `[rows]`.
  private func rowsAlong(
    _ axes: [Int], keepsAxes: Bool, _ reduce: (_ rows: Variable) -> Variable
  ) -> Variable {
    let reduced = axes.map { $0 < 0 ? $0 + shape.count : $0 }.sorted()
    precondition(
      Set(reduced).count == reduced.count && reduced.allSatisfy(shape.indices.contains),
      "a variable of shape \(shape) has no axes \(axes), each once")
    let kept = shape.indices.filter { !reduced.contains($0) }
    let rows = kept.map { shape[$0] }
    let length = reduced.reduce(1) { $0 * shape[$1] }
    let result = reduce(permuted(kept + reduced).reshaped([rows.reduce(1, *), length]))
    return result.reshaped(keepsAxes ? shape.indices.map { kept.contains($0) ? shape[$0] : 1 } : rows)
  }

  private func sumOfRows(scale: Double) -> Variable {
    let (rows, length) = (shape[0], shape[1])
    var result = Tensor(uninitialized: [rows])
    let (x, y) = (value.storage, result.mutableStorage())
    parallelForRows(rows, length: length) { piece in
      for index in piece { y.base[index] = Float(scale * vm_precise_sum(x.base + index * length, length)) }
    }
    return .primitive(result, inputs: [self]) { gradient in
      var inputGradient = Tensor(uninitialized: [rows, length])
      let (g, dx) = (gradient.storage, inputGradient.mutableStorage())
      parallelForRows(rows, length: length) { piece in
        for index in piece {
          (dx.base + index * length).update(repeating: Float(scale) * g.base[index], count: length)
        }
      }
      return [inputGradient]
    }
  }

  private func varianceOfRows(divisor: Double) -> Variable {
    let (rows, length) = (shape[0], shape[1])
    var (result, means) = (Tensor(uninitialized: [rows]), Tensor(uninitialized: [rows]))
    let (x, y, mean) = (value.storage, result.mutableStorage(), means.mutableStorage())
    parallelForRows(rows, length: length) { piece in
      for index in piece {
        let source = x.base + index * length
        mean.base[index] = Float(vm_precise_sum(source, length) / Double(length))
        y.base[index] = Float(vm_squared_deviations(source, length, mean.base[index]) / divisor)
      }
    }
    let input = valueForPullback
    return .primitive(result, inputs: [self]) { [means] gradient in
      var inputGradient = Tensor(uninitialized: [rows, length])
      let (g, x, dx) = (gradient.storage, input().storage, inputGradient.mutableStorage())
      parallelForRows(rows, length: length) { piece in
        for index in piece {
          let (slope, mean) = (Float(2 / divisor) * g.base[index], means.storage.base[index])
          for place in (index * length)..<((index + 1) * length) {
            dx.base[place] = slope * (x.base[place] - mean)
          }
        }
      }
      return [inputGradient]
    }
  }
}
