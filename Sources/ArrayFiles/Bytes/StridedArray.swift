import SystemFiles

/// Numbers of one type that lie in a source of bytes at regular distances: where index i₀, i₁, … is, is
/// `offset + Σ steps[a]·iₐ`.
///
/// So a row-major array, a column-major one and any view of either are one thing, and each is read by the same loop.
struct StridedArray: Sendable {
  let source: any ByteSource
  /// The type of one number; the parts of a complex one are along a last axis of two.
  let type: NumberType
  let isBigEndian: Bool
  let offset: Int
  let shape: [Int]
  /// The distance of neighboring indices of each axis, in bytes.
  let steps: [Int]

  /// An array that lies inside of its source; nil if it does not, or its size is beyond what an integer holds, even if that
  /// of another axis is zero.
  ///
  /// - Parameters:
  ///   - source: The bytes.
  ///   - type: The type of one number.
  ///   - isBigEndian: Whether the first byte of a number is its highest.
  ///   - offset: Where index 0 of all axes is.
  ///   - shape: The extents, none below zero.
  ///   - steps: The distances in bytes, none below zero.
  init?(
    _ source: any ByteSource, _ type: NumberType, isBigEndian: Bool = false, offset: Int, shape: [Int],
    steps: [Int]
  ) {
    // A zero must not hide a size that the bytes, counted axis by axis, would overflow at.
    guard let size = ArraySize.elements(of: shape.filter { $0 != 0 }), size <= Int.max / 32, offset >= 0,
      shape.count == steps.count
    else { return nil }
    if !shape.contains(0) {
      var end = offset
      for (extent, step) in zip(shape + [2], steps + [type.byteCount]) {
        let (distance, isTooFar) = step.multipliedReportingOverflow(by: extent - 1)
        let (sum, isBeyond) = end.addingReportingOverflow(distance)
        guard step >= 0, !isTooFar, !isBeyond else { return nil }
        end = sum
      }
      guard end <= source.count else { return nil }
    }
    self.source = source
    self.isBigEndian = isBigEndian
    self.offset = offset
    self.type = type.part ?? type
    self.shape = shape + (type.part == nil ? [] : [2])
    self.steps = steps + (type.part.map { [$0.byteCount] } ?? [])
  }

  /// An array without gaps.
  ///
  /// - Parameters:
  ///   - source: The bytes.
  ///   - type: The type of one number.
  ///   - isBigEndian: Whether the first byte of a number is its highest.
  ///   - offset: Where the first number is.
  ///   - shape: The extents.
  ///   - firstIsFastest: Whether the first index changes fastest (Fortran's and MATLAB's order), not the last.
  init?(
    dense source: any ByteSource, _ type: NumberType, isBigEndian: Bool, offset: Int, shape: [Int],
    firstIsFastest: Bool
  ) {
    guard let bytes = ArraySize.bytes(of: shape, element: type.byteCount) else { return nil }
    var steps = [Int](repeating: 0, count: shape.count)
    var step = type.byteCount
    for axis in firstIsFastest ? Array(shape.indices) : shape.indices.reversed() {
      steps[axis] = step
      // An empty array has no distances.
      step = bytes == 0 ? 0 : step * shape[axis]
    }
    self.init(source, type, isBigEndian: isBigEndian, offset: offset, shape: shape, steps: steps)
  }

  /// One axis of what is read.
  private struct Axis {
    let count: Int
    /// In the file, in bytes.
    let step: Int
    /// In the target, in floats.
    let stride: Int
  }

  /// Bytes that are read at once, and so the memory that reading takes.
  private static let pieceSize = 1 << 20
  /// A gap that is cheaper to read than to step over by another call, in bytes.
  private static let smallGap = 4096

  /// Reads a part in row-major order.
  ///
  /// - Parameters:
  ///   - slab: The part, inside of the shape.
  ///   - target: Room for as many floats as it has elements.
  /// - Throws: If the file cannot be read, or compressed data are damaged.
  func read(_ slab: ArraySlab, into target: UnsafeMutableBufferPointer<Float>) throws(ArrayFileError) {
    slab.requireInside(of: shape)
    precondition(target.count == slab.elements, "room for \(target.count) of \(slab.elements) elements")
    guard let target = target.baseAddress, slab.elements > 0 else { return }
    let start = zip(slab.start, steps).reduce(offset) { $0 + $1.0 * $1.1 }
    var axes = mergedAxes(slab)
    axes.sort { $0.step < $1.step }

    if isDirect(axes) {
      // The numbers lie in the file as they will in memory.
      let run = axes[0].count
      try each(Array(axes[1...]), start, target) { (place, target) throws(ArrayFileError) in
        try source.read(at: place, into: UnsafeMutableRawBufferPointer(start: target, count: 4 * run))
      }
      return
    }

    var block: [Axis] = []
    var span = type.byteCount
    while let axis = axes.first, axis.step - span <= Self.smallGap {
      let fitting = axis.step == 0 ? axis.count : (Self.pieceSize - span) / axis.step + 1
      if fitting < 2 { break }
      axes.removeFirst()
      if fitting >= axis.count {
        block.append(axis)
        span += (axis.count - 1) * axis.step
        continue
      }
      // As many indices at once as a piece takes, and the rest likewise.
      let (pieces, rest) = (axis.count / fitting, axis.count % fitting)
      let outer = Axis(count: pieces, step: axis.step * fitting, stride: axis.stride * fitting)
      try read(
        block + [Axis(count: fitting, step: axis.step, stride: axis.stride)],
        span + (fitting - 1) * axis.step, around: [outer] + axes, start, target)
      if rest > 0 {
        try read(
          block + [Axis(count: rest, step: axis.step, stride: axis.stride)], span + (rest - 1) * axis.step,
          around: axes, start + pieces * outer.step, target + pieces * outer.stride)
      }
      return
    }
    try read(block, span, around: axes, start, target)
  }

  /// The axes with more than one index, and those that follow each other without a gap as one.
  private func mergedAxes(_ slab: ArraySlab) -> [Axis] {
    var axes: [Axis] = []
    var stride = slab.elements
    for axis in shape.indices {
      let count = slab.count[axis]
      stride /= count
      guard count > 1 else { continue }
      let step = steps[axis] * slab.stride[axis]
      if let last = axes.last, last.step == step * count {
        axes[axes.count - 1] = Axis(count: last.count * count, step: step, stride: stride)
      } else {
        axes.append(Axis(count: count, step: step, stride: stride))
      }
    }
    return axes
  }

  /// Whether the numbers need no change, and come in runs that are worth a call each.
  private func isDirect(_ axes: [Axis]) -> Bool {
    guard type == .float32, isBigEndian == (Int(1).bigEndian == 1), let first = axes.first, first.step == 4,
      first.stride == 1
    else { return false }
    let run = 4 * first.count
    return axes.count == 1 || run >= 1 << 16 || axes[1].step - run > Self.smallGap
  }

  /// Calls `body` with every place of some axes, in the file and in the target.
  private func each(
    _ axes: [Axis], _ start: Int, _ target: UnsafeMutablePointer<Float>,
    _ body: (Int, UnsafeMutablePointer<Float>) throws(ArrayFileError) -> Void
  ) throws(ArrayFileError) {
    guard let axis = axes.last else { return try body(start, target) }
    let inner = Array(axes.dropLast())
    for index in 0..<axis.count {
      if inner.isEmpty {
        try body(start + index * axis.step, target + index * axis.stride)
      } else {
        try each(inner, start + index * axis.step, target + index * axis.stride, body)
      }
    }
  }

  /// Reads blocks of the file into memory and takes their numbers apart.
  ///
  /// - Parameters:
  ///   - block: The axes inside of a block, the first the fastest.
  ///   - span: The bytes from a block's first number to the end of its last.
  ///   - outer: The axes that the blocks are at.
  ///   - start: Where the first block begins in the file.
  ///   - target: Where its first number comes.
  /// - Throws: If the file cannot be read, or compressed data are damaged.
  private func read(
    _ block: [Axis], _ span: Int, around outer: [Axis], _ start: Int, _ target: UnsafeMutablePointer<Float>
  ) throws(ArrayFileError) {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: span, alignment: 16)
    defer { bytes.deallocate() }
    guard let base = UnsafeRawPointer(bytes.baseAddress) else { return }
    let run = block.first ?? Axis(count: 1, step: 0, stride: 0)
    let rest = Array(block.dropFirst())
    try each(outer, start, target) { (place, target) throws(ArrayFileError) in
      try source.read(at: place, into: bytes)
      try each(rest, 0, target) { (place, target) throws(ArrayFileError) in
        type.decode(
          base + place, step: run.step, isBigEndian: isBigEndian, into: target, stride: run.stride,
          count: run.count)
      }
    }
  }

  /// The numbers in double precision, of an array with at most one axis of more than one number: a list, such as a coordinate.
  func list() throws(ArrayFileError) -> [Double] {
    let axis = shape.firstIndex { $0 != 1 }
    let (count, step) = axis.map { (shape[$0], steps[$0]) } ?? (1, 0)
    precondition(shape.allSatisfy { $0 == 1 || $0 == count }, "an array of shape \(shape) is no list")
    let most = max(Self.pieceSize / max(step, 1), 1)
    var values: [Double] = []
    while values.count < count {
      let run = min(most, count - values.count)
      let bytes = try source.bytes(
        at: offset + values.count * step, upTo: (run - 1) * step + type.byteCount)
      bytes.withUnsafeBytes { bytes in
        guard let base = bytes.baseAddress else { return }
        for index in 0..<run { values.append(type.double(base + index * step, isBigEndian: isBigEndian)) }
      }
    }
    return values
  }
}
