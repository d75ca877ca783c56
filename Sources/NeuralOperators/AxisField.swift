/// Writes a field that changes along one of its axes alone.
///
/// - Parameters:
///   - field: Where it goes, with room for all points.
///   - shape: The extents of the field, each at least 1.
///   - axis: The axis.
///   - value: The value at a place along the axis.
func fillField(
  _ field: UnsafeMutablePointer<Float>, shape: [Int], along axis: Int, _ value: (_ index: Int) -> Float
) {
  let (copies, extent) = (shape[..<axis].reduce(1, *), shape[axis])
  let inner = shape[(axis + 1)...].reduce(1, *)
  for index in 0..<extent { (field + index * inner).update(repeating: value(index), count: inner) }
  let block = extent * inner
  for copy in 1..<copies { (field + copy * block).update(from: field, count: block) }
}
