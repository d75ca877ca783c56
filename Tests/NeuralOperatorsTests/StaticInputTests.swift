import Autodiff
import NeuralOperators
import TensorCore
import TestSupport
import Testing

@Suite("Static inputs") struct StaticInputTests {
  /// A model that sees an input beside two frames computes what one computes that takes it for a third frame: its weights are
  /// in the same places.
  @Test(arguments: [
    (
      FNO(modes: [3, 3], width: 4, initialSteps: 2, variables: 1, staticInputs: 1) as any NeuralOperator,
      FNO(modes: [3, 3], width: 4, initialSteps: 3, variables: 1) as any NeuralOperator
    ),
    (
      UNet(dimensions: 2, initialFeatures: 2, initialSteps: 2, variables: 1, staticInputs: 1)
        as any NeuralOperator,
      UNet(dimensions: 2, initialFeatures: 2, initialSteps: 3, variables: 1) as any NeuralOperator
    ),
  ])
  func inputsAreChannels(model: any NeuralOperator, other: any NeuralOperator) throws {
    let parameters = model.initialParameters(seed: 3)
    #expect(parameters.map(\.tensor.shape) == other.initialParameters(seed: 3).map(\.tensor.shape))
    let frames = (0..<3).map { Variable(GradientCheck.random([2, 1, 16, 16], index: $0)) }
    let grid = GradientCheck.random([2, 16, 16], index: 9)
    let constants = TracedParameters(constants: parameters)
    let expected = other.nextFrame(after: frames, grid: grid, constants).value
    let found = model.nextFrame(
      after: Array(frames.prefix(2)), inputs: frames[2].value, grid: grid, constants
    ).value
    #expect(found == expected)
  }

  @Test("a checkpoint's metadata tell inputs from frames")
  func recognition() throws {
    for model in [
      FNO(modes: [3], width: 4, initialSteps: 4, variables: 2, staticInputs: 3) as any NeuralOperator,
      UNet(dimensions: 1, initialFeatures: 2, initialSteps: 2, variables: 1, staticInputs: 2),
    ] {
      let shapes = model.initialParameters(seed: 0).map { ($0.name, $0.tensor.shape) }
      let weights = WeightShapes(
        shapes: Dictionary(uniqueKeysWithValues: shapes), metadata: model.metadata)
      let found = try ModelRegistry.standard.recognize(weights)
      #expect(found.staticInputs == model.staticInputs && found.initialSteps == model.initialSteps)
      var broken = model.metadata
      broken["static_inputs"] = "many"
      #expect(throws: RecognitionError.self) {
        try ModelRegistry.standard.recognize(WeightShapes(shapes: weights.shapes, metadata: broken))
      }
    }
  }
}
