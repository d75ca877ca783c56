package import NeuralOperators
import Options
import PDEData
import SystemFiles

extension TrainingData {
  /// The model of the configuration for these data.
  ///
  /// - Throws: ``ConfigurationError/doesNotFit(_:)`` where the grid does not suit the model, and
  ///   ``ConfigurationError/tooLarge(parameters:bytes:memory:options:)`` where the memory lacks the room.
  package func model(_ configuration: TrainingConfiguration) throws(ConfigurationError) -> any NeuralOperator
  {
    try model(configuration, FormulationPlan(configuration, for: self))
  }

  /// The model of the configuration for these data in a formulation.
  func model(
    _ configuration: TrainingConfiguration, _ plan: FormulationPlan
  ) throws(ConfigurationError) -> any NeuralOperator {
    let description = configuration.model.description
    let model: any NeuralOperator
    do {
      model = try description.model(
        for: ModelTask(
          shape: loader.spatialShape, variables: loader.variables.count,
          initialSteps: plan.history, staticInputs: loader.inputs.count + plan.extraInputs,
          isPeriodic: plan.isPeriodic))
    } catch {
      throw .doesNotFit(error.reason)
    }
    if let objection = model.objection(toShape: loader.spatialShape) {
      throw .doesNotFit("\(dataSet.path): \(objection)")
    }
    // Weights, gradients and the optimizer's two moments.
    let bytes = 4 * MemoryLayout<Float>.stride * model.parameterCount
    guard model.staticInputs == loader.inputs.count + plan.extraInputs else {
      guard !loader.inputs.isEmpty else {
        throw .doesNotFit(
          "the model \(configuration.model.name) takes no inputs, and \(option: "canonical", "scales") gives it one"
        )
      }
      throw .doesNotFit(
        "the model \(configuration.model.name) takes no \(option: "inputs"), and the data have \(loader.inputs.map(\.name).joined(separator: ", "))"
      )
    }
    guard bytes < SystemMemory.bytes else {
      throw .tooLarge(
        parameters: model.parameterCount, bytes: bytes, memory: SystemMemory.bytes,
        options: type(of: description).sizeOptions)
    }
    return model
  }
}
