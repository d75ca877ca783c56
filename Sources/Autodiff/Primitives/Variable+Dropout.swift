import TensorCore

/// Which elements a dropout lets through, as a function of a seed and a place alone.
///
/// Each element is dropped with a probability in steps of 2⁻¹⁶, and the others are divided by that of being kept, so that the mean
/// stays.
///
/// Source: Srivastava et al., *Dropout: A Simple Way to Prevent Neural Networks from Overfitting*, JMLR 15, 2014.
public struct Dropout: Sendable, Equatable {
  /// The probability of an element to be dropped.
  public let probability: Double
  private let seed: UInt64
  private let step: Int
  private let place: Int

  /// A dropout.
  ///
  /// - Parameters:
  ///   - probability: The probability of an element to be dropped, in [0, 1).
  ///   - seed: The seed of the run.
  ///   - step: The training step: each has its own choice.
  ///   - place: The place in the model, below 4,096: each has its own choice.
  public init(probability: Double, seed: UInt64, step: Int, place: Int) {
    precondition(
      (0..<1).contains(probability) && (0..<4096).contains(place),
      "a dropout has a probability in [0, 1) and a place below 4,096, not \(probability) and \(place)")
    (self.probability, self.seed, self.step, self.place) = (probability, seed, step, place)
  }

  /// The same at another place.
  public func at(_ place: Int) -> Dropout {
    Dropout(probability: probability, seed: seed, step: step, place: place)
  }

  /// Multiplies elements by 0 or by 1/(1 − probability), with the probability cut to a multiple of 2⁻¹⁶.
  ///
  /// - Parameters:
  ///   - elements: The elements.
  ///   - count: How many.
  ///   - stream: The number of their stream of random numbers.
  func apply(to elements: UnsafeMutablePointer<Float>, count: Int, stream: Int) {
    let limit = UInt64(probability * 65536)
    let scale = 65536 / Float(65536 - limit)
    var generator = CounterGenerator(
      seed: seed &+ UInt64(place) << 48, purpose: "dropout", epoch: step, index: stream)
    var index = 0
    while index < count {
      var bits = generator.next()
      for _ in 0..<min(4, count - index) {
        elements[index] = bits & 0xFFFF < limit ? 0 : elements[index] * scale
        bits >>= 16
        index += 1
      }
    }
  }
}

extension Variable {
  /// The elements with some of them dropped: y = m·x with m = 0 or 1/(1 − p), and ∂L/∂x = m·g.
  ///
  /// What was dropped is found again by its place and not kept.
  ///
  /// - Parameter dropout: Which ones; nil for none.
  /// - Returns: A variable of the same shape.
  public func dropping(_ dropout: Dropout?) -> Variable {
    guard let dropout, dropout.probability > 0 else { return self }
    return .primitive(Self.dropped(value, dropout), inputs: [self]) { [Self.dropped($0, dropout)] }
  }

  private static func dropped(_ tensor: Tensor, _ dropout: Dropout) -> Tensor {
    var result = tensor
    let (target, piece) = (result.mutableStorage(), 4096)
    parallelFor((result.count + piece - 1) / piece) { index in
      dropout.apply(
        to: target.base + index * piece, count: min(piece, target.count - index * piece), stream: index)
    }
    return result
  }
}
