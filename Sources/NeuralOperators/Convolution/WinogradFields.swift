import CVectorMath
import TensorCore

/// Fields whose tiles are transformed: `[samples, channels, points…]`.
struct WinogradFields: @unchecked Sendable {
  // Safety: the owner of the fields outlives this, and no two threads write the same channels of the same tiles.
  private let base: UnsafeMutablePointer<Float>
  /// Channels of a sample.
  let channels: Int
  private let layout: vm_winograd_field

  init(_ base: UnsafeMutablePointer<Float>, channels: Int, _ layout: vm_winograd_field) {
    self.base = base
    self.channels = channels
    self.layout = layout
  }

  private func channel(_ index: Int) -> UnsafeMutablePointer<Float> {
    base + index * (layout.extent.0 * layout.extent.1 * layout.extent.2)
  }

  /// A kernel that transforms a run of tiles.
  private typealias Reading = (
    UnsafePointer<vm_winograd_field>?, _ first: Int, _ count: Int, _ channels: Int, UnsafePointer<Float>?,
    UnsafeMutablePointer<Float>?, _ row: Int, _ plane: Int
  ) -> Void

  /// What a kernel makes of some channels: rows of a block's tiles in planes that stand `plane` floats apart.
  private func read(
    _ block: WinogradTiling.Block, _ range: Range<Int>, by transform: Reading,
    into values: UnsafeMutablePointer<Float>, plane: Int
  ) {
    var layout = layout
    block.forEachRun { first, count, place in
      transform(
        &layout, first, count, range.count, channel(range.lowerBound), values + place, block.row, plane)
    }
  }

  /// Bᵀ·x of some channels, in planes that stand `plane` floats apart.
  func read(
    _ block: WinogradTiling.Block, _ range: Range<Int>, into values: UnsafeMutablePointer<Float>, plane: Int
  ) {
    read(block, range, by: vm_winograd_input, into: values, plane: plane)
  }

  /// A·dy, likewise: the adjoint of ``write(_:_:from:plane:bias:)``.
  func readAdjoint(
    _ block: WinogradTiling.Block, _ range: Range<Int>, into values: UnsafeMutablePointer<Float>, plane: Int
  ) {
    read(block, range, by: vm_winograd_output_adjoint, into: values, plane: plane)
  }

  /// y = Aᵀ·values, and the channel's bias added.
  func write(
    _ block: WinogradTiling.Block, _ range: Range<Int>, from values: UnsafePointer<Float>, plane: Int,
    bias: UnsafePointer<Float>?
  ) {
    var layout = layout
    block.forEachRun { first, count, place in
      vm_winograd_output(
        &layout, first, count, range.count, channel(range.lowerBound), values + place, block.row, plane,
        bias.map { $0 + range.lowerBound })
    }
  }
}
