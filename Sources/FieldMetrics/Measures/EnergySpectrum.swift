import TensorCore

/// E(k) = ⟨Σ of |û|² over the shell of wavenumber k⟩ / N², of the predicted field, of the target and of their difference.
///
/// û is the unscaled Fourier transform of the field u. Wavenumbers are in periods across the domain; shell k holds the modes
/// whose wavenumber has a length that rounds to k, with k from 0 to half the smallest extent. By Parseval's theorem E sums up
/// to the mean of u² over the points, but for modes in the corners beyond the last shell. The values are E for each k of the
/// prediction, then for each k of the target, then for each k of the difference.
///
/// It is no part of ``Metrics/all``; an accumulator or an evaluator that is asked for it has it in its ``FrameMetrics``.
public struct EnergySpectrum: FieldMetric {
  /// The key in files of metrics.
  public static let key = "E"
  /// A spectrum has no row in tables.
  public static let rows: [MetricRow] = []

  private let points: Int
  private let shells: WavenumberShells

  /// A measure of fields of one shape.
  public init(shape: [Int]) {
    points = shape.reduce(1, *)
    shells = WavenumberShells(ofEnergyIn: shape)
  }

  /// Three energies of each shell.
  public var sumCount: Int { 3 * shells.count }

  /// Adds one field's part to the sums.
  public func add(
    _ moments: ErrorMoments, difference: Span<Float>, target: Span<Float>, to sums: inout MutableSpan<Double>
  ) {
    let scratch = TensorStorage(scratch: shells.scratchCount + points)
    // Behind the rest, which is aligned.
    let prediction = UnsafeMutableBufferPointer(start: scratch.base + shells.scratchCount, count: points)
    for point in 0..<points { prediction[point] = target[point] + difference[point] }
    sums.withUnsafeMutableBufferPointer { sums in
      target.withUnsafeBufferPointer { target in
        difference.withUnsafeBufferPointer { difference in
          for (place, field) in [UnsafeBufferPointer(prediction), target, difference].enumerated() {
            guard let field = field.baseAddress else { return }
            let own = sums.extracting(place * shells.count..<(place + 1) * shells.count)
            shells.addEnergies(of: field, to: own, scratch: scratch.base)
          }
        }
      }
    }
  }

  /// The spectra from the sums over all samples.
  public func values(of sums: ArraySlice<Double>, samples: Int) -> [Double?] {
    let scale = Double(samples) * Double(points) * Double(points)
    return sums.map { $0 / scale }
  }
}

extension FrameMetrics {
  /// Spectra of energy of a variable in a frame, by wavenumber from 0; nil if they were not measured.
  ///
  /// - Parameters:
  ///   - variable: The variable's place.
  ///   - frame: The frame.
  /// - Returns: E of the prediction, of the target and of the error.
  public func energySpectra(
    variable: Int, frame: Int
  ) -> (predicted: [Double], target: [Double], error: [Double])? {
    guard let components = tables[EnergySpectrum.key]?[variable], !components.isEmpty else { return nil }
    let values = components.map { $0[frame] }
    let count = values.count / 3
    return (Array(values[..<count]), Array(values[count..<(2 * count)]), Array(values[(2 * count)...]))
  }
}
