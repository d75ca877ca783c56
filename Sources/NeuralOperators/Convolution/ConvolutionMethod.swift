package import TensorCore

/// An algorithm for a convolution y = w ∗ x + c and its backward pass.
///
/// x is `[samples, inputs, points…]`, y `[samples, outputs, windows…]`, w `[outputs, inputs, kernel…]`, c `[outputs]`. The
/// same numbers give the same bits, whatever the number of threads.
package protocol ConvolutionMethod: Sendable {
  /// What the method is called.
  var name: String { get }

  /// y = w ∗ x + c.
  ///
  /// - Parameters:
  ///   - x: The fields.
  ///   - weight: w.
  ///   - bias: c, or none.
  ///   - shape: The shape of y.
  /// - Returns: y.
  func output(of x: Tensor, weight: Tensor, bias: Tensor?, shape: [Int]) -> Tensor

  /// ∂L/∂x of ∂L/∂y; as a function of ∂L/∂y it is the transposed convolution.
  ///
  /// - Parameters:
  ///   - gradient: ∂L/∂y.
  ///   - weight: w.
  ///   - bias: Added to each channel of the result, if any, as `[inputs]`.
  ///   - shape: The shape of x.
  /// - Returns: ∂L/∂x.
  func inputGradient(of gradient: Tensor, weight: Tensor, bias: Tensor?, shape: [Int]) -> Tensor

  /// ∂L/∂w of ∂L/∂y.
  ///
  /// - Parameters:
  ///   - gradient: ∂L/∂y.
  ///   - x: The fields.
  ///   - shape: The shape of w.
  /// - Returns: ∂L/∂w.
  func weightGradient(of gradient: Tensor, input x: Tensor, shape: [Int]) -> Tensor
}

/// The method that is the cheaper one by estimate: a function of the extents alone, never of a timing.
package func convolutionMethod(
  for geometry: WindowGeometry, samples: Int, inputs: Int, outputs: Int
) -> any ConvolutionMethod {
  let columns = ColumnConvolution(geometry: geometry, samples: samples, inputs: inputs, outputs: outputs)
  guard
    let winograd = WinogradConvolution(
      geometry: geometry, samples: samples, inputs: inputs, outputs: outputs),
    winograd.cost < columns.cost
  else { return columns }
  return winograd
}
