import HDF5
public import TensorCore

/// Writes samples of fields one after the other into a file, which appears under its name when it is finished.
public protocol FieldWriter: AnyObject {
  /// The number of samples written.
  var samples: Int { get }

  /// Writes the next sample.
  ///
  /// - Parameter frames: Its fields, `[time, variable, x(, y(, z))]`.
  /// - Throws: If the file cannot be written; nothing is left of it then.
  func append(_ frames: Tensor) throws

  /// Completes the file and gives it its name.
  ///
  /// - Throws: If the file cannot be written; nothing is left of it then.
  func finish() throws
}

/// Fields like those of a data set, other values of which are to be written: what a ``FieldLayout`` writes.
package struct WrittenFields {
  /// The data set, with its strides.
  let loader: BatchLoader
  /// The samples in the order in which they are written.
  let samples: [Int]
  /// The times of the frames.
  let times: [Double]
  /// What the file is to say beside what its data set says.
  let attributes: [String: AttributeValue]
}
