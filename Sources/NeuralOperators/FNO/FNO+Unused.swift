public import Autodiff
import TensorCore

extension FNO {
  /// Batch normalization behind each block, which PDEBench's model in 3D makes and leaves out of its predictions.
  public var unusedParameters: Parameters {
    guard dimensions == 3, boundary == .zeros, !hasResidualBlocks else { return Parameters() }
    let (zeros, ones) = (Tensor.zeros([width]), Tensor.zeros([width]).map { _ in 1 })
    return Parameters(
      (0..<Self.blocks).flatMap { block in
        [
          ("weight", ones), ("bias", zeros), ("running_mean", zeros), ("running_var", ones),
          ("num_batches_tracked", Tensor(0)),
        ].map { (name: "bn\(block).\($0)", tensor: $1) }
      })
  }
}
