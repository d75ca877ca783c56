import SystemFiles
public import TensorCore

/// Reads samples of a data set, subsampled in space and time, and keeps as many of them in memory as it may.
///
/// A sample is read when it is first asked for. As long as the cache has room it stays there, for good: a data set that
/// is larger than the cache is then read in part every epoch, instead of every sample driving out another. What a batch
/// holds does not depend on the cache.
///
/// A loader may be used from any thread. ``batches(_:readAhead:)`` reads ahead on a thread of its own.
public final class BatchLoader: Sendable {
  /// The data set.
  public let dataSet: any FieldDataSet
  /// The variables of a batch: the data set's states.
  public let variables: [FieldVariable]
  /// Which part of it is used.
  public let subsampling: Subsampling
  /// The places in a sample of the frames that are used.
  public let frameIndices: [Int]
  /// The number of points that are used along x(, y(, z)).
  public let spatialShape: [Int]

  /// What a model sees beside the frames and does not predict: the data set's constants.
  public let inputs: [FieldVariable]

  let cache: SampleCache
  let inputCache: SampleCache
  /// The places of ``variables`` in the data set.
  let variablePlaces: [Int]
  /// The places of ``inputs`` in the data set.
  let inputPlaces: [Int]

  /// Prepares to read a data set; reads no field yet.
  ///
  /// - Parameters:
  ///   - dataSet: The data set.
  ///   - subsampling: Which part of it is used. Its samples are divided by ``Subsampling/split(_:)``; a loader reads any.
  ///   - cacheMemory: The bytes that samples may take in memory; a quarter of the machine's if `nil`. The batches in
  ///     use and those read ahead come on top.
  /// - Throws: ``SubsamplingError`` where fewer than two points are left along an axis.
  public init(
    _ dataSet: any FieldDataSet, subsampling: Subsampling = Subsampling(), cacheMemory: Int? = nil
  ) throws(SubsamplingError) {
    try subsampling.validate()
    let stride = subsampling.reducedResolution
    let spatialShape = dataSet.spatialShape.map { ($0 - 1) / stride + 1 }
    guard spatialShape.allSatisfy({ $0 > 1 }) else {
      throw .tooFewPoints(file: dataSet.path, spatialShape: dataSet.spatialShape, reducedResolution: stride)
    }
    self.dataSet = dataSet
    variablePlaces = dataSet.states
    variables = variablePlaces.map { dataSet.variables[$0] }
    inputPlaces = dataSet.constants
    inputs = inputPlaces.map { dataSet.variables[$0] }
    self.subsampling = subsampling
    self.spatialShape = spatialShape
    frameIndices = subsampling.frameIndices(dataSet)
    let capacity = cacheMemory ?? SystemMemory.bytes / 4
    // The room is divided as the samples are.
    let shares = (frames: frameIndices.count * variables.count, inputs: inputs.count)
    let forInputs = Int(
      Double(capacity) * Double(shares.inputs) / Double(max(shares.frames + shares.inputs, 1)))
    cache = SampleCache(capacity: capacity - forInputs)
    inputCache = SampleCache(capacity: forInputs)
  }

  /// The bytes that samples take in memory so far.
  package var cachedBytes: Int { cache.bytes + inputCache.bytes }

  /// The number of frames that are used.
  public var frames: Int { frameIndices.count }

  /// The shape of one sample, `[time, variable, x(, y(, z))]`.
  public var sampleShape: [Int] { [frames, variables.count] + spatialShape }

  /// The shape of the inputs of one sample, `[input, x(, y(, z))]`.
  public var inputShape: [Int] { [inputs.count] + spatialShape }

  /// The times of the frames that are used.
  public var times: [Double] { frameIndices.map { dataSet.times[$0] } }

  /// The axes of space with the points that are used. A periodic axis stays one only where the points that are used are evenly
  /// spaced across its end.
  public var axes: [FieldAxis] {
    zip(dataSet.axes, coordinates).map { all, coordinates in
      func used(isPeriodic: Bool?) -> FieldAxis {
        FieldAxis(all.name, coordinates: coordinates, isPeriodic: isPeriodic, isAssumed: all.isAssumed)
      }
      let axis = used(isPeriodic: all.isPeriodic)
      return all.isPeriodic == true && !all.hasPeriod(of: axis) ? used(isPeriodic: false) : axis
    }
  }

  /// The coordinates of the points that are used, per axis.
  public var coordinates: [[Double]] {
    dataSet.coordinates.map { values in
      stride(from: 0, to: values.count, by: subsampling.reducedResolution).map { values[$0] }
    }
  }

  /// The coordinates of every point, `[axis, x(, y(, z))]`.
  public var grid: Tensor {
    var elements: [Float] = []
    let points = spatialShape.reduce(1, *)
    elements.reserveCapacity(points * spatialShape.count)
    for (axis, values) in coordinates.enumerated() {
      let inner = spatialShape[(axis + 1)...].reduce(1, *)
      for point in 0..<points { elements.append(Float(values[point / inner % spatialShape[axis]])) }
    }
    return Tensor(elements, shape: [spatialShape.count] + spatialShape)
  }

  /// Reads one batch in the calling thread.
  ///
  /// - Parameter samples: The places of the samples in the data set.
  /// - Returns: The samples, in that order.
  /// - Throws: What the data set throws, ``DataFileError`` for a file that cannot be read;
  ///   ``DataFileError/notFinite(value:dataSet:file:position:)``,
  ///   ``DataFileError/missingValue(value:dataSet:file:position:)`` and
  ///   ``DataFileError/beyondSinglePrecision(value:dataSet:file:position:)``.
  /// - Precondition: The samples are in the data set.
  public func batch(_ samples: [Int]) throws -> Batch {
    precondition(
      samples.allSatisfy { $0 >= 0 && $0 < dataSet.samples },
      "samples \(samples) are not all among the \(dataSet.samples) of \(dataSet.path)")
    let shape = [samples.count] + sampleShape
    guard let bytes = ArraySize.bytes(of: shape, element: MemoryLayout<Float>.stride),
      bytes <= SystemMemory.bytes
    else {
      throw DataFileError.tooLarge(
        dataSet: variables.map(\.name).joined(separator: ", "), file: dataSet.path, shape: shape,
        memory: SystemMemory.bytes)
    }
    if samples.count == 1 {
      // A single sample is not copied: the batch shares it with the cache.
      return Batch(
        samples: samples, frames: try tensor(of: samples[0]).reshaped(shape), inputs: try inputs(of: samples))
    }
    var frames = Tensor(uninitialized: shape)
    let elements = sampleShape.reduce(1, *)
    try frames.withUnsafeMutableElements { target in
      for (index, sample) in samples.enumerated() {
        let place = UnsafeMutableBufferPointer(rebasing: target[index * elements..<(index + 1) * elements])
        try load(sample, into: place)
      }
    }
    return Batch(samples: samples, frames: frames, inputs: try inputs(of: samples))
  }

  /// The inputs of a batch, `[sample, input, x(, y(, z))]`; nil if there are none.
  private func inputs(of samples: [Int]) throws -> Tensor? {
    guard !inputPlaces.isEmpty else { return nil }
    let each = try samples.map { try inputs(of: $0).reshaped([1] + inputShape) }
    return each.count == 1 ? each[0] : Tensor.concatenated(each, axis: 0)
  }

  /// Reads batches one after the other, ahead of their use.
  ///
  /// - Parameters:
  ///   - order: The samples of each batch, by their places in the data set.
  ///   - readAhead: How many batches are read before they are asked for, at least one.
  /// - Returns: The batches in that order.
  /// - Precondition: The samples are in the data set.
  public func batches(_ order: [[Int]], readAhead: Int = 2) -> BatchStream {
    BatchStream(loader: self, order: order, readAhead: readAhead)
  }
}

extension BatchLoader {
  /// The time between neighboring frames that are used; nil where there is only one, or frames are no times.
  public var frameInterval: Double? {
    guard frames > 1, dataSet.frameNames == nil else { return nil }
    let times = self.times
    return (times[times.count - 1] - times[0]) / Double(times.count - 1)
  }
}
