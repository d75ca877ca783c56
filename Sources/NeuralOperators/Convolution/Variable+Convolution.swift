public import Autodiff
import TensorCore

extension Variable {
  /// The convolution of this variable, as described at ``Convolution``.
  ///
  /// - Parameters:
  ///   - weight: `[outputs, inputs, kernel…]`.
  ///   - bias: `[outputs]`, or none.
  ///   - stride: The distance between windows along each axis; 1 unless given.
  ///   - padding: How far windows reach over each end of each axis; 0 unless given.
  ///   - mode: What is beyond the ends.
  /// - Returns: `[samples, outputs, windows…]`.
  /// - Precondition: The channels and the number of axes agree, and the field is not smaller than the kernel.
  public func convolved(
    weight: Variable, bias: Variable? = nil, stride: [Int]? = nil, padding: [Int]? = nil,
    mode: PaddingMode = .zeros
  ) -> Variable {
    let (shape, weightShape) = (shape, weight.shape)
    let axes = shape.count - 2
    precondition(
      weightShape.count == shape.count && weightShape[1] == shape[1]
        && (bias == nil || bias?.shape == [weightShape[0]]),
      "a convolution's weight \(weightShape) does not fit a field of shape \(shape)")
    let geometry = WindowGeometry(
      input: Array(shape[2...]), kernel: Array(weightShape[2...]),
      stride: stride ?? Array(repeating: 1, count: axes),
      padding: padding ?? Array(repeating: 0, count: axes),
      mode: mode)
    let convolution = convolutionMethod(
      for: geometry, samples: shape[0], inputs: shape[1], outputs: weightShape[0])
    let (x, w) = (value, weight.value)
    let result = convolution.output(
      of: x, weight: w, bias: bias?.value, shape: [shape[0], weightShape[0]] + geometry.output.suffix(axes))

    let (needsInput, needsWeight, source) = (needsGradient, weight.needsGradient, valueForPullback)
    let needsBias = bias.map(\.needsGradient)
    return .primitive(result, inputs: [self, weight] + [bias].compactMap(\.self)) { gradient in
      let input =
        needsInput ? convolution.inputGradient(of: gradient, weight: w, bias: nil, shape: shape) : nil
      let weight =
        needsWeight ? convolution.weightGradient(of: gradient, input: source(), shape: weightShape) : nil
      return [input, weight] + (needsBias.map { [$0 ? gradient.summedOverSamplesAndPoints() : nil] } ?? [])
    }
  }

  /// The transposed convolution of this variable, as described at ``TransposedConvolution``.
  ///
  /// - Parameters:
  ///   - weight: `[inputs, outputs, kernel…]`.
  ///   - bias: `[outputs]`, or none.
  ///   - stride: The distance between the windows that the points are spread over, along each axis.
  /// - Returns: `[samples, outputs, (points − 1)·stride + kernel…]`.
  /// - Precondition: The channels and the number of axes agree.
  public func transposeConvolved(weight: Variable, bias: Variable? = nil, stride: [Int]) -> Variable {
    let (shape, weightShape) = (shape, weight.shape)
    precondition(
      weightShape.count == shape.count && weightShape[0] == shape[1] && stride.count == shape.count - 2
        && (bias == nil || bias?.shape == [weightShape[1]]),
      "a transposed convolution's weight \(weightShape) does not fit a field of shape \(shape)")
    let output = stride.indices.map { (shape[2 + $0] - 1) * stride[$0] + weightShape[2 + $0] }
    // It is the backward pass of a convolution from its result to this field.
    let geometry = WindowGeometry(
      input: output, kernel: Array(weightShape[2...]), stride: stride,
      padding: Array(repeating: 0, count: stride.count))
    let convolution = convolutionMethod(
      for: geometry, samples: shape[0], inputs: weightShape[1], outputs: weightShape[0])
    let (x, w) = (value, weight.value)
    let result = convolution.inputGradient(
      of: x, weight: w, bias: bias?.value, shape: [shape[0], weightShape[1]] + output)

    let (needsInput, needsWeight, source) = (needsGradient, weight.needsGradient, valueForPullback)
    let needsBias = bias.map(\.needsGradient)
    return .primitive(result, inputs: [self, weight] + [bias].compactMap(\.self)) { gradient in
      let input =
        needsInput ? convolution.output(of: gradient, weight: w, bias: nil, shape: shape) : nil
      let weight =
        needsWeight ? convolution.weightGradient(of: source(), input: gradient, shape: weightShape) : nil
      return [input, weight] + (needsBias.map { [$0 ? gradient.summedOverSamplesAndPoints() : nil] } ?? [])
    }
  }
}
