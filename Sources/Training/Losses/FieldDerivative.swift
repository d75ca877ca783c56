import Autodiff
import FourierTransforms
import PDEData
import TensorCore

/// ∂u/∂xₐ of fields `[samples, variables, x(, y(, z))]` on a grid.
struct FieldDerivative: Sendable {
  private enum Method {
    /// Every Fourier mode times i·k.
    case spectral(FourierMultiplier)
    /// Central differences times these reciprocal distances, one-sided at the ends.
    case differences(reciprocals: Tensor)
  }

  /// The tensor's axis.
  private let axis: Int
  private let method: Method

  /// The derivative along an axis: spectral where this is periodic and evenly spaced.
  ///
  /// - Parameters:
  ///   - axes: The axes of space, of at least two points each.
  ///   - place: Which of them.
  init(axes: [FieldAxis], along place: Int) {
    axis = place + 2
    let coordinates = axes[place].coordinates
    let mean = (coordinates[coordinates.count - 1] - coordinates[0]) / Double(coordinates.count - 1)
    if axes[place].isPeriodic == true, mean > 0, coordinates.isEvenlySpaced() {
      // Transforms along the other axes are undone again, whatever their lengths.
      let shape = axes.map(\.coordinates.count)
      let lengths = axes.indices.map { $0 == place ? mean * Double(shape[place]) : 1 }
      method = .spectral(SpectralGrid(shape: shape, lengths: lengths).derivative(axis: place))
    } else {
      let distances = coordinates.indices.map { point in
        coordinates[min(point + 1, coordinates.count - 1)] - coordinates[max(point - 1, 0)]
      }
      // Points at one place have no slope between them.
      let reciprocals = distances.map { $0 == 0 ? 0 : Float(1 / $0) }
      let shape = [1, 1] + axes.indices.map { $0 == place ? reciprocals.count : 1 }
      method = .differences(reciprocals: Tensor(reciprocals, shape: shape))
    }
  }

  func callAsFunction(_ field: Variable) -> Variable {
    switch method {
    case .spectral(let operation):
      func derivative(_ field: Tensor) -> Tensor { operation(operation.grid.spectrum(of: field)).field }
      // The matrix of an odd derivative is antisymmetric.
      return .primitive(derivative(field.value), inputs: [field]) { gradient in
        [derivative(gradient).map { -$0 }]
      }
    case .differences(let reciprocals):
      let count = field.shape[axis]
      func points(_ range: Range<Int>) -> Variable { field.sliced(axis: axis, range) }
      var differences = [points(1..<2) - points(0..<1)]
      if count > 2 { differences.append(points(2..<count) - points(0..<(count - 2))) }
      differences.append(points((count - 1)..<count) - points((count - 2)..<(count - 1)))
      return Variable.concatenated(differences, axis: axis)
        * Variable(reciprocals).broadcast(to: field.shape)
    }
  }
}
