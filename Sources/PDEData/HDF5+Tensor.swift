package import HDF5
package import TensorCore

extension HDF5DataSet {
  /// The selected elements as 32-bit floats, all of them unless a selection is given.
  package func floats(_ selection: Hyperslab? = nil) throws(HDF5Error) -> Tensor {
    let selection = selection ?? whole
    try requireMemory(for: selection, elementBytes: MemoryLayout<Float>.stride)
    var result = Tensor(uninitialized: selection.count)
    try result.withUnsafeMutableElements { (target) throws(HDF5Error) in
      try read(selection, into: target)
    }
    return result
  }

  /// One element in double precision.
  package func double(at place: [Int]) throws(HDF5Error) -> Double {
    try doubles(Hyperslab(start: place, count: place.map { _ in 1 }))[0]
  }
}

extension HDF5File {
  /// The numbers of a whole data set, as 32-bit floats.
  package func floats(at path: String) throws(HDF5Error) -> Tensor {
    try dataSet(at: path).floats()
  }
}
