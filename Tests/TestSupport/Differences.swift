public import TensorCore

// What tests compare arrays by. `max` may drop a NaN, and `zip` what one side has more; here errors are infinite then.

/// The larger of two errors; infinite where one is not finite.
public func largerError<Number: BinaryFloatingPoint>(_ a: Number, _ b: Number) -> Number {
  a.isFinite && b.isFinite ? max(a, b) : .infinity
}

/// max |a − b|; infinite where there are not as many of both, or one is not finite.
public func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).reduce(0) { largerError($0, abs($1.0 - $1.1)) }
}

/// max |a − b|; infinite where the shapes differ, or an element is not finite.
public func largestDifference(_ a: Tensor, _ b: Tensor) -> Float {
  a.shape == b.shape ? largestDifference(a.elements, b.elements) : .infinity
}

/// max |found − expected| / max |expected|; infinite where the shapes differ, or an element is not finite.
public func relativeDifference(_ found: Tensor, _ expected: Tensor) -> Float {
  let difference = largestDifference(found, expected)
  return difference.isFinite
    ? difference / expected.elements.reduce(1e-30) { max($0, abs($1)) } : .infinity
}

/// ‖found − expected‖ / ‖expected‖; infinite where there are not as many of both, or one is not finite.
public func relativeError(_ found: [Float], _ expected: [Float]) -> Double {
  guard found.count == expected.count else { return .infinity }
  let (difference, norm) = zip(found, expected).reduce((0.0, 0.0)) {
    let delta = Double($1.0) - Double($1.1)
    return ($0.0 + delta * delta, $0.1 + Double($1.1) * Double($1.1))
  }
  return largerError(0, (difference / max(norm, 1e-30)).squareRoot())
}

/// ‖found − expected‖ / ‖expected‖; infinite where the shapes differ, or an element is not finite.
public func relativeError(_ found: Tensor, _ expected: Tensor) -> Double {
  found.shape == expected.shape ? relativeError(found.elements, expected.elements) : .infinity
}
