public import TensorCore

/// The record of a computation, from which gradients are read backwards.
///
/// ```swift
/// let tape = Tape()
/// let x = tape.watch(Tensor([1, 2, 3], shape: [3]))
/// let gradients = tape.gradients(of: (x * x).sum())
/// gradients[x]  // 2, 4, 6
/// ```
///
/// A tape belongs to one task; the parallelism is inside the primitives.
public final class Tape {
  struct Record {
    let tape: Tape
    let index: Int
  }

  private struct Node {
    let inputs: [Int?]
    let shape: [Int]
    var pullback: ((Tensor) -> [Tensor?])?
    var isConsumed = false
  }

  private var nodes: [Node] = []

  /// Bytes of the results of all recorded primitives and of their inputs: what they move if each reads and writes once.
  package private(set) var bytesMoved = 0

  /// An empty tape.
  public init() {}

  /// A variable whose gradient is wanted.
  public func watch(_ value: Tensor) -> Variable {
    nodes.append(Node(inputs: [], shape: value.shape, pullback: nil))
    return Variable(value: value, record: Record(tape: self, index: nodes.count - 1))
  }

  func append(
    shape: [Int], inputs: [Variable], pullback: @escaping (Tensor) -> [Tensor?]
  ) -> Record {
    let indices = inputs.map { input -> Int? in
      guard let record = input.record else { return nil }
      precondition(record.tape === self, "the inputs of a primitive are recorded on different tapes")
      return record.index
    }
    nodes.append(Node(inputs: indices, shape: shape, pullback: pullback))
    bytesMoved += inputs.reduce(shape.reduce(1, *)) { $0 + $1.value.count } * MemoryLayout<Float>.stride
    return Record(tape: self, index: nodes.count - 1)
  }

  /// The gradients of a scalar with respect to every watched variable that it depends on.
  ///
  /// Consumes the tape: what the pullbacks kept is freed during the backward pass.
  ///
  /// - Parameter loss: A variable with one element.
  /// - Returns: The gradients by variable.
  /// - Precondition: `loss` is recorded on this tape, after what gradients have been taken of before.
  public func gradients(of loss: Variable) -> Gradients {
    precondition(loss.value.count == 1, "gradients are of a scalar, got shape \(loss.shape)")
    return gradients(of: loss, from: Tensor(repeating: 1, shape: loss.shape))
  }

  /// The gradients of a scalar L that depends on the watched variables through a result alone, given ∂L/∂result.
  ///
  /// Consumes the tape, as ``gradients(of:)`` does.
  ///
  /// - Parameters:
  ///   - result: A variable.
  ///   - gradient: ∂L/∂result, of the same shape.
  /// - Returns: The gradients by variable.
  /// - Precondition: `result` is recorded on this tape, after what gradients have been taken of before.
  public func gradients(of result: Variable, from gradient: Tensor) -> Gradients {
    precondition(
      gradient.shape == result.shape, "a gradient of shape \(gradient.shape) for a result of \(result.shape)")
    guard let record = result.record, record.tape === self else {
      preconditionFailure("the result is not recorded on this tape")
    }
    var gradients: [Tensor?] = Array(repeating: nil, count: nodes.count)
    gradients[record.index] = gradient
    for index in stride(from: record.index, through: 0, by: -1) {
      guard let pullback = nodes[index].pullback else {
        precondition(
          !nodes[index].isConsumed || gradients[index] == nil,
          "gradients of this have been taken before; record it on another tape")
        continue
      }
      nodes[index].pullback = nil
      nodes[index].isConsumed = true
      guard let gradient = gradients[index] else { continue }
      gradients[index] = nil
      let contributions = pullback(gradient)
      for (input, contribution) in zip(nodes[index].inputs, contributions) {
        guard let input, let contribution else { continue }
        precondition(
          contribution.shape == nodes[input].shape,
          "a pullback returned a gradient of shape \(contribution.shape) for an input of \(nodes[input].shape)"
        )
        if gradients[input] == nil {
          gradients[input] = contribution
        } else {
          gradients[input]?.add(contribution)
        }
      }
    }
    return Gradients(tape: self, tensors: gradients)
  }
}

/// What ``Tape/gradients(of:)`` found.
public struct Gradients {
  let tape: Tape
  let tensors: [Tensor?]

  /// ∂L/∂variable, or nil where the loss does not depend on the variable.
  ///
  /// - Precondition: The variable was made by ``Tape/watch(_:)`` on the same tape.
  public subscript(variable: Variable) -> Tensor? {
    guard let record = variable.record, record.tape === tape else {
      preconditionFailure("gradients are asked of a variable that this tape does not watch")
    }
    return tensors[record.index]
  }

  /// The gradients of traced parameters by name; zeros where the loss does not depend on one.
  public subscript(parameters: TracedParameters) -> Parameters {
    Parameters(
      parameters.names.lazy.map { name in
        let variable = parameters[name]
        return (name: name, tensor: self[variable] ?? .zeros(variable.shape))
      })
  }
}
