public import HDF5

extension PDEBenchWriter: FieldWriter {}

extension BatchLoader {
  /// A writer of fields such as this loader's, in the layout of their data set: The Well's, a group a sample, or, for any other,
  /// PDEBench's.
  ///
  /// - Parameters:
  ///   - samples: The places in the data set of the samples that are written, in order.
  ///   - path: Where the file is to be; there must be none yet.
  ///   - times: The times of the frames.
  ///   - attributes: What the file is to say beside what the data set says.
  /// - Returns: The writer.
  /// - Throws: ``DataFileError`` where there is a file or none can be written, or what reading throws.
  public func writer(
    of samples: [Int], to path: String, times: [Double], attributes: [String: AttributeValue] = [:]
  ) throws -> any FieldWriter {
    let fields = WrittenFields(loader: self, samples: samples, times: times, attributes: attributes)
    if let writer = try dataSet.ownLayout?.writer(of: fields, to: path) { return writer }
    return try pdeBenchWriter(to: path, times: times, attributes: attributes)
  }

  /// A writer of fields such as this loader's, in PDEBench's layout whatever that of their data set is.
  ///
  /// - Parameters:
  ///   - path: Where the file is to be; there must be none yet.
  ///   - times: The times of the frames.
  ///   - attributes: What the file is to say beside what the data set says.
  /// - Returns: The writer.
  /// - Throws: ``DataFileError`` where there is a file or none can be written.
  public func pdeBenchWriter(
    to path: String, times: [Double], attributes: [String: AttributeValue] = [:]
  ) throws(DataFileError) -> PDEBenchWriter {
    var layout = PDEBenchLayout(of: self, times: times)
    layout.attributes.merge(attributes) { _, said in said }
    return try PDEBenchWriter(path: path, layout: layout)
  }

  /// What the data set says, as it holds for the points that are used.
  var attributes: [String: AttributeValue] {
    let isCut = zip(dataSet.axes, axes).contains { all, used in
      all.isPeriodic != false && !all.hasPeriod(of: used)
    }
    return isCut ? DomainEnds.attributes(dataSet.attributes, arePeriodic: false) : dataSet.attributes
  }
}

extension FieldDataSet {
  /// The layout of the file; nil for arrays of any names, and for what is in no file.
  var ownLayout: (any FieldLayout)? {
    switch self {
    case let file as PDEBenchFile: file.kind
    case let arrays as ArrayDataSet: arrays.ownLayout
    case let files as ConcatenatedDataSet: files.first.ownLayout
    case let selected as SelectedDataSet: selected.base.ownLayout
    default: nil
    }
  }

  /// The kind of files in PDEBench's layout; nil for any other data set.
  var pdeBenchKind: PDEBenchKind? { ownLayout as? PDEBenchKind }
}
