public import TensorCore

/// What one frame of each sample says of the sample: its mean velocity and its scales.
public struct SampleReference: Sendable, Equatable {
  /// U for each sample, a component for each axis: mean(ρV)/mean(ρ), without a density mean(V). Zero where the canonical
  /// form does not move samples.
  public let velocities: [[Double]]
  /// ρ̄ for each sample; 1 where the canonical form has no scales.
  public let density: [Double]
  /// p̄ for each sample; 1 where the canonical form has no scales.
  public let pressure: [Double]
  /// The dimensionless numbers that scaling leaves, `[samples][numbers]`: log(p̄/ρ̄).
  public let numbers: [[Double]]

  /// The references of some samples.
  ///
  /// - Parameters:
  ///   - velocities: U for each sample, a component for each axis.
  ///   - density: ρ̄ for each sample.
  ///   - pressure: p̄ for each sample.
  ///   - numbers: The dimensionless numbers of each sample.
  public init(velocities: [[Double]], density: [Double], pressure: [Double], numbers: [[Double]]) {
    self.velocities = velocities
    self.density = density
    self.pressure = pressure
    self.numbers = numbers
  }

  /// The number of samples.
  public var samples: Int { velocities.count }

  /// The unit of velocity of a sample, √(p̄/ρ̄).
  public func speed(of sample: Int) -> Double { (pressure[sample] / density[sample]).squareRoot() }

  /// The numbers as constant fields, standardized.
  ///
  /// - Parameters:
  ///   - shape: The number of points along each axis.
  ///   - means: What is taken off each number.
  ///   - deviations: What it is divided by then.
  /// - Returns: `[samples, numbers, x(, y(, z))]`.
  /// - Precondition: There are a mean and a deviation for each number.
  public func fields(shape: [Int], means: [Double], deviations: [Double]) -> Tensor {
    let (count, points) = (numbers.first?.count ?? 0, shape.reduce(1, *))
    precondition(
      means.count == count && deviations.count == count, "\(count) numbers need a mean and a deviation each")
    var elements: [Float] = []
    elements.reserveCapacity(samples * count * points)
    for values in numbers {
      for (index, value) in values.enumerated() {
        let standard = Float((value - means[index]) / deviations[index])
        elements.append(contentsOf: repeatElement(standard, count: points))
      }
    }
    return Tensor(elements, shape: [samples, count] + shape)
  }

  /// The references of some of the samples.
  ///
  /// - Parameter places: Their places, in any order.
  /// - Returns: As many references.
  public subscript(places: [Int]) -> SampleReference {
    SampleReference(
      velocities: places.map { velocities[$0] }, density: places.map { density[$0] },
      pressure: places.map { pressure[$0] }, numbers: places.map { numbers[$0] })
  }
}
