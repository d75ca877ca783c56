import TensorCore

extension BatchLoader {
  /// The most that is read from the file at once, unless one frame is larger: it stays in the processor's cache.
  private static let blockBytes = 4 << 20

  /// Brings one sample to its place in a batch, from the cache or from the file.
  func load(_ sample: Int, into target: UnsafeMutableBufferPointer<Float>) throws(DataFileError) {
    if let kept = cache[sample] {
      kept.withUnsafeElements { _ = target.update(fromContentsOf: $0) }
      return
    }
    try read(sample, into: target)
    cache.keep(sample, bytes: target.count * MemoryLayout<Float>.stride) {
      Tensor(target, shape: sampleShape)
    }
  }

  /// Reads one sample from the file as `[time, variable, x(, y(, z))]`.
  ///
  /// Whole frames are read and thinned out here: HDF5's own strides along the inner axes are hundreds of times slower.
  private func read(_ sample: Int, into target: UnsafeMutableBufferPointer<Float>) throws(DataFileError) {
    let framePoints = file.spatialShape.reduce(1, *)
    let keptPoints = spatialShape.reduce(1, *)
    let variables = file.variables.count
    let blockFrames = max(Self.blockBytes / (framePoints * MemoryLayout<Float>.stride), 1)
    var block = Tensor(uninitialized: [min(blockFrames, frames), framePoints])
    try block.withUnsafeMutableElements { (block) throws(DataFileError) in
      for variable in file.variables.indices {
        for start in stride(from: 0, to: frames, by: blockFrames) {
          let end = min(start + blockFrames, frames)
          try file.read(
            variable: variable, sample: sample, frames: Array(frameIndices[start..<end]), into: block)
          for frame in start..<end {
            let source = UnsafeBufferPointer(
              rebasing: block[(frame - start) * framePoints..<(frame - start + 1) * framePoints])
            let offset = (frame * variables + variable) * keptPoints
            let kept = UnsafeMutableBufferPointer(rebasing: target[offset..<offset + keptPoints])
            thin(source, into: kept)
            try requireFinite(UnsafeBufferPointer(kept), variable: variable, sample: sample, frame: frame)
          }
        }
      }
    }
  }

  /// Copies every n-th point along each axis of space.
  private func thin(_ source: UnsafeBufferPointer<Float>, into target: UnsafeMutableBufferPointer<Float>) {
    let step = subsampling.reducedResolution
    if step == 1 {
      _ = target.update(fromContentsOf: source)
      return
    }
    // A 1D or 2D frame is a 3D one whose leading axes have one point.
    let inFile = Array(repeating: 1, count: 3 - spatialShape.count) + file.spatialShape
    let kept = Array(repeating: 1, count: 3 - spatialShape.count) + spatialShape
    var index = 0
    for plane in 0..<kept[0] {
      for row in 0..<kept[1] {
        let start = (plane * step * inFile[1] + row * step) * inFile[2]
        for column in 0..<kept[2] {
          target[index] = source[start + column * step]
          index += 1
        }
      }
    }
  }

  private func requireFinite(
    _ points: UnsafeBufferPointer<Float>, variable: Int, sample: Int, frame: Int
  ) throws(DataFileError) {
    guard !points.isFinite, let index = points.firstIndex(where: { !$0.isFinite }) else { return }
    let cell = position(of: index, in: spatialShape).map { $0 * subsampling.reducedResolution }
    throw .notFinite(
      value: Double(points[index]), dataSet: file.variables[variable], file: file.path,
      position: [sample, frameIndices[frame]] + cell)
  }
}

/// The indices along each axis of an element counted in row-major order.
func position(of index: Int, in shape: [Int]) -> [Int] {
  var remainder = index
  var position: [Int] = []
  for extent in shape.reversed() {
    position.append(remainder % extent)
    remainder /= extent
  }
  return position.reversed()
}

extension UnsafeBufferPointer<Float> {
  /// Whether no element is NaN or infinite.
  var isFinite: Bool {
    // x · 0 is zero for a finite x and NaN otherwise; integers of its bits let the sum run in vectors.
    reduce(into: UInt32(0)) { $0 |= ($1 * 0).bitPattern & 0x7FFF_FFFF } == 0
  }
}
