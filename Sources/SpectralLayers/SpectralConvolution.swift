public import Autodiff
import FourierTransforms
public import TensorCore

/// Multiplies the lowest Fourier modes of a field by learned complex weights.
///
/// ```
/// y[b, o, ·] = F⁻¹( Σᵢ R[i, o, k] · F(x)[b, i, k] )    for the kept modes k, zero beyond
/// ```
///
/// | Symbol | Shape | Meaning |
/// |---|---|---|
/// | `x` | `[samples, inputs, points…]` | fields on a uniform periodic grid in 1, 2 or 3 dimensions |
/// | `R` | `[inputs, outputs, modes…, 2]` for each corner | complex weights, real and imaginary part last |
///
/// `F` is the unscaled Fourier transform, `F⁻¹` divides by the number of points, so the layer does not depend on the
/// resolution: the same weights work on every grid that has the modes. The last axis keeps the modes 0 to m−1; the
/// others also −m to −1, so there is a block of weights (`weights1`, `weights2`, …) for each corner of the spectrum:
/// one in 1D, two in 2D, four in 3D.
///
/// The layer holds no weights: they are in `Parameters` from Autodiff, under names that it gives them:
///
/// ```swift
/// let layer = SpectralConvolution(inputs: 1, outputs: 4, modes: [12, 12], seed: 1)
/// let parameters = layer.initialParameters
/// let y = layer(x, TracedParameters(parameters, watchedBy: tape))
/// ```
///
/// Source: Li et al., *Fourier Neural Operator for Parametric Partial Differential Equations*, arXiv:2010.08895,
/// equation (4) and the paragraph on the discrete case that follows it.
public struct SpectralConvolution: Sendable {
  /// Where the layer's weights stand among a model's parameters: `name.weights1` and so on.
  public let name: String
  /// Input channels.
  public let inputs: Int
  /// Output channels.
  public let outputs: Int
  /// Kept modes along each axis.
  public let modes: [Int]
  /// The seed of ``initialParameters``.
  public let seed: UInt64

  /// A layer for fields with as many axes as `modes` has entries, 1 to 3.
  ///
  /// - Parameters:
  ///   - name: What the weights' names begin with; layers of one model need names of their own.
  ///   - inputs: Input channels.
  ///   - outputs: Output channels.
  ///   - modes: Kept modes along each axis.
  ///   - seed: The seed of ``initialParameters``.
  public init(
    name: String = "convolution", inputs: Int, outputs: Int, modes: [Int], seed: UInt64 = 0
  ) {
    precondition(
      (1...3).contains(modes.count) && modes.allSatisfy { $0 > 0 } && inputs > 0 && outputs > 0,
      "no spectral convolution has \(inputs) inputs, \(outputs) outputs and modes \(modes)")
    self.name = name
    self.inputs = inputs
    self.outputs = outputs
    self.modes = modes
    self.seed = seed
  }

  /// The names of the weights, in the order of the corners.
  public var weightNames: [String] { (1...(1 << (modes.count - 1))).map { "\(name).weights\($0)" } }

  /// The shape of each corner's weights.
  public var weightShape: [Int] { [inputs, outputs] + modes + [2] }

  /// New weights under the layer's names, which depend on its seed and shape alone; layers of one model and shape need
  /// seeds of their own.
  ///
  /// They are drawn as by ``initialParameters(_:)``.
  public var initialParameters: Parameters {
    Parameters(
      initialParameters { name in
        CounterGenerator(seed: seed, purpose: .weights, index: weightNames.firstIndex(of: name) ?? 0)
      })
  }

  /// Weights drawn as the field does: real and imaginary parts uniform in [0, 1/(inputs·outputs)).
  ///
  /// - Parameter generator: Gives the numbers for the weights of the given name.
  /// - Returns: The weights by name.
  public func initialParameters(
    _ generator: (String) -> CounterGenerator
  ) -> [(name: String, tensor: Tensor)] {
    let scale = 1 / Float(inputs * outputs)
    return weightNames.map { name in
      var generator = generator(name)
      return (name: name, tensor: Tensor.zeros(weightShape).map { _ in scale * generator.uniform() })
    }
  }

  /// Whether fields of that shape have the modes that the layer needs.
  public func fits(shape: [Int]) -> Bool {
    TruncatedTransform.fits(modes: modes, shape: shape)
  }

  /// The convolved fields.
  ///
  /// - Parameters:
  ///   - x: `[samples, inputs, points…]`.
  ///   - parameters: Hold the layer's weights.
  /// - Returns: `[samples, outputs, points…]`.
  /// - Precondition: The shape of the fields fits, see ``fits(shape:)``.
  public func callAsFunction(_ x: Variable, _ parameters: TracedParameters) -> Variable {
    x.spectrallyConvolved(weights: weightNames.map { parameters[$0] })
  }
}

extension Variable {
  /// The spectral convolution of this variable, as described at ``SpectralConvolution``.
  ///
  /// - Parameter weights: `[inputs, outputs, modes…, 2]` for each corner of the spectrum.
  /// - Returns: `[samples, outputs, points…]`.
  /// - Precondition: The field has the weights' modes and channels.
  public func spectrallyConvolved(weights: [Variable]) -> Variable {
    let shape = shape
    let weightShape = weights[0].shape
    precondition(
      weightShape.count == shape.count + 1 && shape[1] == weightShape[0]
        && weights.count == 1 << (shape.count - 3) && weights.allSatisfy { $0.shape == weightShape },
      "weights of shapes \(weights.map(\.shape)) do not fit a field of shape \(shape)")
    let transform = TruncatedTransform(shape: Array(shape[2...]), modes: Array(weightShape[2...].dropLast()))
    let mixing = ModeMixing(
      transform: transform, samples: shape[0], inputs: shape[1], outputs: weightShape[1])
    let values = weights.map(\.value)
    let spectra = transform.spectra(of: value, .transform)
    let result = transform.fields(of: mixing.mix(spectra, weights: values), .inverse)

    let needsInput = needsGradient
    let savedSpectra = weights.contains(where: \.needsGradient) ? spectra : nil
    return .primitive(result, inputs: [self] + weights) { gradient in
      let g = transform.spectra(of: gradient, .adjointOfInverse)
      let input =
        needsInput
        ? transform.fields(of: mixing.inputGradient(of: g, weights: values), .adjointOfTransform) : nil
      let own: [Tensor?] =
        savedSpectra.map { mixing.weightGradients(of: g, spectrum: $0, shape: weightShape) }
        ?? values.map { _ in nil }
      return [input] + own
    }
  }
}
