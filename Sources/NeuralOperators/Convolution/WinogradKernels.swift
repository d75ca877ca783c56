import CVectorMath
import TensorCore

/// The kernels of a convolution, as its Winograd transform multiplies them: G·w.
///
/// On the way back from y to x the kernels are reversed, and inputs and outputs change places.
struct WinogradKernels {
  /// A part of the transformed kernels: planes of matrices.
  struct Part {
    /// Channels of the result, and channels that are summed over.
    let rows: Range<Int>, inner: Range<Int>
    /// Floats from one plane to the next.
    var plane: Int { rows.count * inner.count + WinogradConvolution.gap }
  }

  let weight: Tensor
  let isReversed: Bool
  let isWide: [Bool]

  init(_ weight: Tensor, isReversed: Bool, isWide: [Bool]) {
    self.weight = weight
    self.isReversed = isReversed
    self.isWide = isWide
  }

  /// All of them.
  var whole: Part {
    let (outputs, inputs) = (0..<weight.shape[0], 0..<weight.shape[1])
    return isReversed ? Part(rows: inputs, inner: outputs) : Part(rows: outputs, inner: inputs)
  }

  private func channels(_ part: Part) -> (outputs: Range<Int>, inputs: Range<Int>) {
    isReversed ? (part.inner, part.rows) : (part.rows, part.inner)
  }

  /// Writes planes of `[outputs of the part, inputs of the part]`, those of some of the outputs.
  func transform(_ part: Part, outputs some: Range<Int>, into values: UnsafeMutablePointer<Float>) {
    let (outputs, inputs) = channels(part)
    let (points, wide) = (
      weight.count / (weight.shape[0] * weight.shape[1]), isWide.map { Int32($0 ? 1 : 0) }
    )
    for output in some {
      let first = (output * weight.shape[1] + inputs.lowerBound) * points
      vm_winograd_weight(
        wide, isReversed ? 1 : 0, weight.storage.base + first, inputs.count, weight.count - first,
        values + (output - outputs.lowerBound) * inputs.count, part.plane)
    }
  }

  /// As ``transform(_:outputs:into:)`` for all outputs of the part.
  func transform(_ part: Part, into values: UnsafeMutablePointer<Float>) {
    transform(part, outputs: channels(part).outputs, into: values)
  }

  /// All transformed kernels, by all threads.
  func transformed(planes: Int) -> TensorStorage {
    let result = TensorStorage(scratch: planes * whole.plane)
    parallelFor(weight.shape[0]) { transform(whole, outputs: $0..<($0 + 1), into: result.base) }
    return result
  }

  /// The product of one plane of a part with the plane's values of some tiles, which stand in rows of `row` floats.
  func multiply(
    _ part: Part, _ kernels: UnsafePointer<Float>, _ values: UnsafePointer<Float>,
    into results: UnsafeMutablePointer<Float>, row: Int, tiles: Int, adding: Bool
  ) {
    BLAS.multiply(
      rows: part.rows.count, columns: tiles, inner: part.inner.count, kernels,
      isReversed ? .transposed : .asStored, stride: channels(part).inputs.count, values, stride: row,
      into: results,
      stride: row, beta: adding ? 1 : 0)
  }
}
