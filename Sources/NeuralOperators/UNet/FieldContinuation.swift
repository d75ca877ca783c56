import Autodiff

/// Fields made larger by what stands beyond their ends, half of the points at each end of an axis, and cropped again.
struct FieldContinuation {
  private let shape: [Int]
  private let before: [Int]
  private let after: [Int]
  private let mode: PaddingMode

  /// A continuation of fields of one shape to a larger or the same one.
  init(from shape: [Int], to larger: [Int], mode: PaddingMode) {
    self.shape = shape
    before = zip(shape, larger).map { ($1 - $0) / 2 }
    after = zip(shape, larger).map { ($1 - $0 + 1) / 2 }
    self.mode = mode
  }

  /// `[samples, channels, larger shape…]` of `[samples, channels, shape…]`.
  func extended(_ field: Variable) -> Variable {
    axes.reduce(field) { field, axis in
      let (before, after) = (before[axis], after[axis])
      switch mode {
      case .zeros: return field.padded(axis: axis + 2, before: before, after: after)
      case .periodic:
        let extent = shape[axis]
        // A field may be shorter than what it is continued by.
        let turns = (before + extent - 1) / extent
        let copies = turns + 1 + (after + extent - 1) / extent
        let start = turns * extent - before
        return Variable.concatenated(Array(repeating: field, count: copies), axis: axis + 2)
          .sliced(axis: axis + 2, start..<(start + before + extent + after))
      }
    }
  }

  /// The reverse of ``extended(_:)``.
  func cropped(_ field: Variable) -> Variable {
    axes.reduce(field) { field, axis in
      field.sliced(axis: axis + 2, before[axis]..<(before[axis] + shape[axis]))
    }
  }

  /// The axes that change.
  private var axes: [Int] { shape.indices.filter { before[$0] + after[$0] > 0 } }
}
