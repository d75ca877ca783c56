import TensorCore

extension BatchLoader {
  /// One sample, `[time, variable, x(, y(, z))]`, from the cache or else the data set.
  func tensor(of sample: Int) throws -> Tensor {
    if let kept = cache[sample] { return kept }
    var frames = Tensor(uninitialized: sampleShape)
    try frames.withUnsafeMutableElements { try read(sample, into: $0) }
    cache.keep(sample, frames)
    return frames
  }

  /// Brings one sample to its place in a batch.
  func load(_ sample: Int, into target: UnsafeMutableBufferPointer<Float>) throws {
    if cache[sample] == nil, !cache.hasRoom(for: target.count) {
      // What cannot stay is read to where it is wanted.
      return try read(sample, into: target)
    }
    try tensor(of: sample).withUnsafeElements { _ = target.update(fromContentsOf: $0) }
  }

  /// The inputs of one sample, `[input, x(, y(, z))]`, from the cache or else the data set.
  func inputs(of sample: Int) throws -> Tensor {
    if let kept = inputCache[sample] { return kept }
    var inputs = Tensor(uninitialized: inputShape)
    try inputs.withUnsafeMutableElements {
      try read(sample, variables: inputPlaces, frames: [0], into: $0)
    }
    inputCache.keep(sample, inputs)
    return inputs
  }

  private func read(_ sample: Int, into target: UnsafeMutableBufferPointer<Float>) throws {
    try read(sample, variables: variablePlaces, frames: frameIndices, into: target)
  }

  private func read(
    _ sample: Int, variables: [Int], frames: [Int], into target: UnsafeMutableBufferPointer<Float>
  ) throws {
    let slab = FieldSlab(
      sample: sample, variables: variables, frames: frames, pointStride: subsampling.reducedResolution)
    var values = target.mutableSpan
    try dataSet.read(slab, into: &values)
    try requireFinite(UnsafeBufferPointer(target), slab)
  }

  private func requireFinite(_ values: UnsafeBufferPointer<Float>, _ slab: FieldSlab) throws {
    guard !values.isFinite, let index = values.firstIndex(where: { !$0.isFinite }) else { return }
    let place = position(of: index, in: [slab.frames.count, slab.variables.count] + spatialShape)
    let variable = slab.variables[place[1]]
    let stored = [slab.sample, slab.frames[place[0]]] + place[2...].map { $0 * slab.pointStride }
    let error =
      try values[index].isInfinite
      ? dataSet.precisionError(variable, at: stored) : dataSet.missingError(variable, at: stored)
    if let error { throw error }
    throw DataFileError.notFinite(
      value: Double(values[index]), dataSet: dataSet.variables[variable].name, file: dataSet.path,
      position: stored)
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
