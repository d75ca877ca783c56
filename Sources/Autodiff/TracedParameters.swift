/// A model's parameters as variables, for one forward pass.
public struct TracedParameters {
  /// The names in the model's order.
  public let names: [String]
  private let variables: [String: Variable]

  private init(_ parameters: Parameters, variable: (Parameters.Element) -> Variable) {
    names = parameters.names
    variables = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, variable($0)) })
  }

  /// Parameters as constants, for evaluation without gradients.
  public init(constants parameters: Parameters) {
    self.init(parameters) { Variable($0.tensor) }
  }

  /// Parameters watched by a tape, for training.
  public init(_ parameters: Parameters, watchedBy tape: Tape) {
    self.init(parameters) { tape.watch($0.tensor) }
  }

  /// The same values as constants.
  public var detached: TracedParameters {
    TracedParameters(names: names, variables: variables.mapValues(\.detached))
  }

  private init(names: [String], variables: [String: Variable]) {
    self.names = names
    self.variables = variables
  }

  /// The variable of that name.
  ///
  /// - Precondition: There is one.
  public subscript(name: String) -> Variable {
    guard let variable = variables[name] else { preconditionFailure("no parameter is named '\(name)'") }
    return variable
  }
}
