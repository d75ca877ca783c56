import Autodiff
import NeuralOperators
import TensorCore
import TestSupport
import Testing

@Suite("An FNO at the ends of the domain, and its residual blocks") struct BoundaryTests {
  private func prediction(_ model: FNO, after frames: [Tensor], grid: Tensor) -> Tensor {
    model.nextFrame(
      after: frames.map { Variable($0) }, grid: grid,
      TracedParameters(constants: model.initialParameters(seed: 3))
    ).value
  }

  private static func shifted(_ field: Tensor, by cells: Int) -> Tensor {
    let count = field.shape[2]
    return .concatenated(
      [field.sliced(axis: 2, cells..<count), field.sliced(axis: 2, 0..<cells)], axis: 2)
  }

  @Test("on a periodic domain a translated frame is predicted as the translated prediction")
  func translation() {
    let model = FNO(modes: [5], width: 6, initialSteps: 2, variables: 2, boundary: .periodic)
    let grid = Tensor((0..<24).map { Float($0) / 24 }, shape: [1, 24])
    let frames = (0..<2).map { GradientCheck.random([3, 2, 24], index: $0) }
    let expected = Self.shifted(prediction(model, after: frames, grid: grid), by: 7)
    let found = prediction(model, after: frames.map { Self.shifted($0, by: 7) }, grid: grid)
    let rounding = largestDifference(found, expected)
    #expect(rounding < 1e-5)
    let other = FNO(modes: [5], width: 6, initialSteps: 2, variables: 2)
    let own = Self.shifted(prediction(other, after: frames, grid: grid), by: 7)
    let moved = prediction(other, after: frames.map { Self.shifted($0, by: 7) }, grid: grid)
    #expect(largestDifference(moved, own) > 20 * rounding, "coordinates and zeros tell where a flow is")
  }

  @Test("with open ends a constant field is predicted as even about the middle", arguments: [0, 5])
  func openEnds(points: Int) {
    // The weights are real after this, so that the model itself does not tell left from right.
    let model = FNO(modes: [4], width: 5, initialSteps: 1, variables: 1, boundary: .open(points: points))
    var parameters = Parameters()
    for (name, tensor) in model.initialParameters(seed: 1) {
      let isComplex = model.complexParameters.contains(name)
      let elements = tensor.elements.enumerated().map { isComplex && $0.offset % 2 == 1 ? 0 : $0.element }
      parameters.append(Tensor(elements, shape: tensor.shape), named: name)
    }
    let grid = Tensor((0..<16).map { Float($0) / 16 + 0.3 }, shape: [1, 16])
    let next = model.nextFrame(
      after: [Variable(Tensor.zeros([1, 1, 16]))], grid: grid, TracedParameters(constants: parameters))
    let values = next.value.elements
    #expect(next.shape == [1, 1, 16])
    #expect((0..<8).allSatisfy { abs(values[$0] - values[15 - $0]) < 1e-5 })
    #expect(abs(values[0] - values[8]) > 1e-4)
  }

  @Test("an axis of a single point has open ends too", arguments: [0, 5])
  func singlePoint(points: Int) {
    let model = FNO(modes: [4, 1], width: 5, initialSteps: 1, variables: 1, boundary: .open(points: points))
    let coordinates = (0..<8).map { Float($0) / 8 } + [Float](repeating: 0.5, count: 8)
    let grid = Tensor(coordinates, shape: [2, 8, 1])
    let next = model.nextFrame(
      after: [Variable(Tensor(repeating: 1, shape: [1, 1, 8, 1]))], grid: grid,
      TracedParameters(constants: model.initialParameters(seed: 1)))
    #expect(next.shape == [1, 1, 8, 1] && next.value.isFinite)
  }

  @Test(
    "every boundary has the right gradients",
    arguments: [FNO.Boundary.zeros, .periodic, .open(points: 3)], [false, true])
  func gradients(boundary: FNO.Boundary, isResidual: Bool) {
    let model = FNO(
      modes: [3, 3], width: 4, initialSteps: 1, variables: 1, boundary: boundary,
      hasResidualBlocks: isResidual)
    let constants = TracedParameters(constants: model.initialParameters(seed: 2))
    let grid = GradientCheck.random([2, 8, 10], index: 4)
    let frame = GradientCheck.random([2, 1, 8, 10], index: 5)
    #expect(GradientCheck.error(at: [frame]) { model.nextFrame(after: $0, grid: grid, constants) } < 2e-3)
  }

  @Test("a residual block whose weights are zero changes nothing")
  func residualBlocks() {
    func model(_ isResidual: Bool) -> FNO {
      FNO(modes: [3], width: 4, initialSteps: 1, variables: 1, hasResidualBlocks: isResidual)
    }
    var parameters = Parameters()
    for (name, tensor) in model(true).initialParameters(seed: 2) {
      let isBlock = name.hasPrefix("conv") || name.hasPrefix("w")
      parameters.append(isBlock ? .zeros(tensor.shape) : tensor, named: name)
    }
    let grid = Tensor((0..<16).map { Float($0) / 16 }, shape: [1, 16])
    let predictions = [true, false].map { isResidual in
      model(isResidual).nextFrame(
        after: [Variable(GradientCheck.random([1, 1, 16]))], grid: grid,
        TracedParameters(constants: parameters)
      ).value.elements
    }
    #expect(Set(predictions[1]).count == 1, "without residual connections nothing of the frame is left")
    #expect(Set(predictions[0]).count > 8)
  }

  @Test("a checkpoint's metadata tell boundary and blocks, and wrong ones are refused")
  func recognition() throws {
    for boundary in [FNO.Boundary.zeros, .periodic, .open(points: 9)] {
      let model = FNO(
        modes: [3, 4], width: 4, initialSteps: 2, variables: 3, boundary: boundary, hasResidualBlocks: true)
      let shapes = model.initialParameters(seed: 0).map { ($0.name, $0.tensor.shape) }
      func recognized(_ metadata: [String: String]) throws -> FNO? {
        try ModelRegistry.standard.recognize(
          WeightShapes(shapes: Dictionary(uniqueKeysWithValues: shapes), metadata: metadata)) as? FNO
      }
      let found = try #require(try recognized(model.metadata))
      #expect(found.boundary == boundary && found.hasResidualBlocks && found.initialSteps == 2)
      for (key, value) in [("boundary", "round"), ("residual_blocks", "maybe"), ("edge_points", "-1")] {
        if key == "edge_points", boundary != .open(points: 9) { continue }
        #expect(throws: RecognitionError.self) {
          try recognized(model.metadata.merging([key: value]) { $1 })
        }
      }
    }
  }
}
