import Foundation
import HDF5
import PDEData
public import TensorCore

/// A small file in PDEBench's layout: waves that travel at the same speed in every sample, so that the frames before
/// determine the next one.
///
/// ```
/// uᵥ(x, t) = mᵥ + a·sin(2π·(Σ x) − 0.2·t + φ + v)    m = 2 for density and pressure, 0 for velocities
/// ```
/// with the amplitude a and the phase φ of each sample at random.
public struct WaveFile: Sendable {
  /// The number of samples.
  public var samples = 12
  /// The number of frames of each sample.
  public var frames = 14
  /// The number of points along each axis.
  public var shape = [32]
  /// The names of the variables; those of a compressible flow unless set.
  public var variables: [String]
  /// The time of a frame.
  public var time: @Sendable (_ frame: Int) -> Double = { Double($0) / 20 }
  /// Numbers that the file has as attributes.
  public var attributes = ["eta": 0.01, "zeta": 0.02]
  /// What the file says of its ends; nil for nothing.
  public var isPeriodic: Bool?
  /// Changes values, by sample, frame and variable.
  public var change: @Sendable (_ sample: Int, _ frame: Int, _ variable: Int, _ value: Float) -> Float = {
    $3
  }

  /// A file of 12 samples of 14 frames.
  ///
  /// - Parameter shape: The number of points along each axis.
  public init(shape: [Int] = [32]) {
    self.shape = shape
    variables = PDEBenchKind.compressibleFlow.variables(dimensions: shape.count)
  }

  /// The same with changes.
  ///
  /// - Parameter change: Makes them.
  /// - Returns: The changed description.
  public func with(_ change: (inout WaveFile) -> Void) -> WaveFile {
    var copy = self
    change(&copy)
    return copy
  }

  /// Writes the file.
  ///
  /// - Parameter path: Its name; there must be none of that name.
  /// - Returns: The path.
  /// - Throws: If the file cannot be written.
  @discardableResult
  public func write(to path: String) throws -> String {
    let coordinates = shape.map { count in (0..<count).map { Double($0) / Double(count) } }
    let layout = PDEBenchLayout(
      variables: variables, coordinates: coordinates, times: (0..<frames).map(time),
      attributes: attributes.mapValues { .number($0) }.merging(
        isPeriodic.map { ["boundary": .text($0 ? "periodic" : "outgoing")] } ?? [:]
      ) { $1 })
    let writer = try PDEBenchWriter(path: path, layout: layout)
    for sample in 0..<samples { try writer.append(self.sample(sample)) }
    try writer.finish()
    return path
  }

  /// One sample, `[time, variable, x(, y(, z))]`.
  ///
  /// - Parameter sample: Its place in the file.
  /// - Returns: The values as they are written.
  public func sample(_ sample: Int) -> Tensor {
    var generator = CounterGenerator(seed: 5, purpose: .test, index: sample)
    let (amplitude, phase) = (0.3 + 0.5 * generator.uniform(), 2 * Float.pi * generator.uniform())
    var values: [Float] = []
    let points = shape.reduce(1, *)
    for frame in 0..<frames {
      for variable in variables.indices {
        for point in 0..<points {
          var (rest, place) = (point, Float(0))
          for extent in shape.reversed() {
            place += Float(rest % extent) / Float(extent)
            rest /= extent
          }
          let angle = 2 * Float.pi * place - 0.2 * Float(frame) + phase + Float(variable)
          let mean: Float = variable < 2 ? 2 : 0
          values.append(change(sample, frame, variable, mean + amplitude * sin(angle)))
        }
      }
    }
    return Tensor(values, shape: [frames, variables.count] + shape)
  }
}
