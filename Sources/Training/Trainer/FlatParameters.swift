import Autodiff
import TensorCore

/// Parameters as one vector, in their order.
struct FlatParameters {
  /// The number of elements.
  let count: Int
  private let shapes: [(name: String, shape: [Int])]

  /// The vector of parameters like these, without some.
  init(_ parameters: Parameters, except names: Set<String>) {
    self.init(parameters) { !names.contains($0) }
  }

  /// The vector of some of the parameters.
  init(_ parameters: Parameters, keeping names: Set<String>) {
    self.init(parameters) { names.contains($0) }
  }

  private init(_ parameters: Parameters, where isKept: (String) -> Bool) {
    shapes = parameters.filter { isKept($0.name) }.map { ($0.name, $0.tensor.shape) }
    count = shapes.reduce(0) { $0 + $1.shape.reduce(1, *) }
  }

  /// The vector of parameters.
  func flat(_ parameters: Parameters) -> Tensor {
    Tensor.concatenated(
      shapes.map { entry in
        let tensor = parameters[entry.name]
        return tensor.reshaped([tensor.count])
      }, axis: 0)
  }

  /// The parameters of a vector.
  func parameters(_ vector: Tensor) -> Parameters {
    var start = 0
    return Parameters(
      shapes.map { entry in
        let end = start + entry.shape.reduce(1, *)
        defer { start = end }
        return (entry.name, vector.sliced(axis: 0, start..<end).reshaped(entry.shape))
      })
  }
}
