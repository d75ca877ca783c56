import CVectorMath
import Foundation
import TensorCore

extension Variable {
  /// The mean cross entropy of rows of logits against the class of each row; rows without one do not count.
  ///
  /// ```
  /// L = (1/N) Σ over rows r with a class cᵣ of (ln Σₖ exp(x[r, k]) − x[r, cᵣ])
  /// ∂L/∂x[r, k] = (softmax(x[r, ·])ₖ − [k = cᵣ])/N
  /// ```
  ///
  /// - Parameter classes: The class of each row, in row-major order; nil for a row that does not count.
  /// - Returns: A scalar; 0 if no row counts.
  /// - Precondition: There is an entry for each row of `[rows…, classes]`, and there are classes of these numbers.
  public func crossEntropy(classes: [Int?]) -> Variable {
    let width = shape.last ?? 1
    precondition(
      width > 0 && classes.count * width == value.count
        && classes.allSatisfy { $0.map { (0..<width).contains($0) } ?? true },
      "\(classes.count) classes do not fit logits of shape \(shape)")
    let counted = classes.count { $0 != nil }
    let share = counted > 0 ? 1 / Float(counted) : 0
    var normalizers = Tensor.zeros([classes.count])
    let (x, kept) = (value.storage, normalizers.mutableStorage())
    let losses = parallelMap(classes.count) { row -> Double in
      guard let own = classes[row] else { return 0 }
      let start = x.base + row * width
      let largest = vm_largest(start, width)
      var sum = 0.0
      for index in 0..<width { sum += Double(Foundation.exp(start[index] - largest)) }
      let logarithm = Double(largest) + Foundation.log(sum)
      kept.base[row] = Float(logarithm)
      return logarithm - Double(start[own])
    }
    let (shape, input) = (shape, valueForPullback)
    let mean = losses.reduce(0, +) / Double(max(counted, 1))
    return .primitive(Tensor(Float(mean)), inputs: [self]) { [normalizers] gradient in
      var inputGradient = Tensor(uninitialized: shape)
      let (x, dx, scale) = (input().storage, inputGradient.mutableStorage(), gradient.scalar * share)
      parallelForRows(classes.count, length: width) { rows in
        for row in rows {
          let target = dx.base + row * width
          guard let own = classes[row] else {
            target.update(repeating: 0, count: width)
            continue
          }
          target.update(from: x.base + row * width, count: width)
          _ = vm_exponentials(target, 1, normalizers.storage.base[row], width)
          vm_scale(target, scale, width)
          target[own] -= scale
        }
      }
      return [inputGradient]
    }
  }
}
