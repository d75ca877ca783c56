/// A model's parameters as variables, for forward passes in training or in evaluation mode.
public struct TracedParameters {
  /// The names of the variables that have a gradient, in the model's order.
  public let names: [String]

  /// What layers remember of the batches that they see; nil in evaluation mode, where they only use it.
  public let buffers: Buffers?

  private let variables: [String: Variable]

  /// Whether layers that behave differently in training, such as batch normalization, are to do so.
  public var isTraining: Bool { buffers != nil }

  /// Parameters as constants, in evaluation mode.
  public init(constants parameters: Parameters) {
    self.init(
      names: parameters.names,
      variables: Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, Variable($0.tensor)) }),
      buffers: nil)
  }

  /// Parameters watched by a tape, in training mode.
  ///
  /// - Parameters:
  ///   - parameters: The parameters.
  ///   - tape: What watches them.
  ///   - bufferNames: The names of those that layers change themselves; the tape does not watch these.
  ///   - otherParts: Where the other parts of the batch are, if the pass sees a part alone.
  public init(
    _ parameters: Parameters, watchedBy tape: Tape, buffers bufferNames: Set<String> = [],
    otherParts: (any BatchParts)? = nil
  ) {
    self.init(
      names: parameters.names.filter { !bufferNames.contains($0) },
      variables: Dictionary(
        uniqueKeysWithValues: parameters.map { name, tensor in
          (name, bufferNames.contains(name) ? Variable(tensor) : tape.watch(tensor))
        }),
      buffers: Buffers(
        Parameters(parameters.filter { bufferNames.contains($0.name) }), otherParts: otherParts))
  }

  /// The same values as constants, in the same mode and with the same buffers.
  public var detached: TracedParameters {
    TracedParameters(names: names, variables: variables.mapValues(\.detached), buffers: buffers)
  }

  /// The same values watched by another tape, in the same mode. What layers change in buffers is not kept: these
  /// parameters are for computing again what was computed before.
  ///
  /// - Parameter tape: What watches them.
  /// - Returns: The parameters.
  package func watched(by tape: Tape) -> TracedParameters {
    TracedParameters(
      names: names,
      variables: variables.merging(names.map { ($0, tape.watch(self[$0].value)) }) { _, watched in watched },
      buffers: buffers.map { Buffers($0.values, otherParts: $0.otherParts) })
  }

  /// These parameters with variables that were computed from some of them in other parameters' places.
  ///
  /// - Parameters:
  ///   - computed: The variables by the names of the parameters that they replace or add.
  ///   - used: The names of parameters that are not seen anymore, since what was computed from them is.
  /// - Returns: The parameters, in the same mode and with the same buffers.
  public func replacing(_ computed: [(name: String, variable: Variable)], without used: Set<String>)
    -> TracedParameters
  {
    let new = Dictionary(computed.map { ($0.name, $0.variable) }, uniquingKeysWith: { $1 })
    return TracedParameters(
      names: names.filter { !used.contains($0) && new[$0] == nil }
        + computed.filter { $0.variable.needsGradient }.map(\.name),
      variables: variables.filter { !used.contains($0.key) }.merging(new) { $1 }, buffers: buffers)
  }

  private init(names: [String], variables: [String: Variable], buffers: Buffers?) {
    self.names = names
    self.variables = variables
    self.buffers = buffers
  }

  /// The variable of that name.
  ///
  /// - Precondition: There is one.
  public subscript(name: String) -> Variable {
    guard let variable = variables[name] else { preconditionFailure("no parameter is named '\(name)'") }
    return variable
  }
}
