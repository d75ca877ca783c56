import Autodiff
import TensorCore

/// What an optimizer remembers of each parameter between steps: one tensor of each of some kinds.
struct Moments: Sendable {
  private let kinds: [String]
  private var tensors: [Parameters]

  /// Nothing yet, of kinds that are named as in a state.
  init(_ kinds: String...) {
    self.kinds = kinds
    tensors = kinds.map { _ in Parameters() }
  }

  /// Says which shape the tensor of a kind, by its place, has for a parameter.
  typealias Shape = (_ kind: Int, _ name: String, _ parameter: Tensor) -> [Int]

  /// Makes tensors of zeros before the first step.
  mutating func begin(for parameters: Parameters, shape: Shape) {
    guard tensors[0].count == 0 else { return }
    for kind in kinds.indices {
      tensors[kind] = Parameters(
        parameters.map { ($0.name, Tensor.zeros(shape(kind, $0.name, $0.tensor))) })
    }
  }

  /// A parameter's tensor of a kind, for a kernel that writes it.
  mutating func mutableStorage(_ kind: Int, of name: String) -> TensorStorage {
    tensors[kind].mutableStorage(of: name)
  }

  /// All tensors as `KIND.NAME`.
  var state: Parameters {
    Parameters(
      zip(kinds, tensors).flatMap { kind, tensors in
        tensors.map { (name: "\(kind).\($0.name)", tensor: $0.tensor) }
      })
  }

  /// Takes the tensors from a state; changes nothing if one is missing or has another shape.
  mutating func restore(
    _ state: Parameters, for parameters: Parameters, file: String, shape: Shape
  ) throws(OptimizerStateError) {
    var restored = kinds.map { _ in Parameters() }
    for kind in kinds.indices {
      for (name, parameter) in parameters {
        let stateName = "\(kinds[kind]).\(name)"
        guard let tensor = state.tensor(named: stateName) else {
          throw .missingTensor(file: file, tensor: stateName)
        }
        let expected = shape(kind, name, parameter)
        guard tensor.shape == expected else {
          throw .shape(file: file, tensor: stateName, found: tensor.shape, expected: expected)
        }
        restored[kind].append(tensor, named: name)
      }
    }
    tensors = restored
  }
}

extension Parameters {
  /// The tensor of that name, for a kernel that writes it.
  mutating func mutableStorage(of name: String) -> TensorStorage {
    self[name].mutableStorage()
  }

  /// Checks that a gradient has its parameter's shape.
  func require(gradient: Tensor, of name: String) {
    precondition(
      self[name].shape == gradient.shape,
      "'\(name)' has shape \(self[name].shape), its gradient \(gradient.shape)")
  }
}
