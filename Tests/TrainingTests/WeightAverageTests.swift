import Autodiff
import TensorCore
import TestSupport
import Testing
import Training

@Suite("Averaged weights") struct WeightAverageTests {
  @Test("the mean of weights that stay keeps their bits, and that of others follows its equation")
  func mean() {
    let frozen = GradientCheck.random([1000], index: 1)
    func parameters(_ moving: Float) -> Parameters {
      var result = Parameters()
      result.append(frozen, named: "frozen")
      result.append(Tensor(repeating: moving, shape: [1]), named: "moving")
      return result
    }
    var average = WeightAverage(decay: 0.5, parameters: parameters(0))
    var expected = 0.0
    for step in 1...20 {
      average.add(parameters(Float(step)), steps: step)
      let decay = min(0.5, Double(1 + step) / Double(10 + step))
      expected = decay * expected + (1 - decay) * Double(step)
    }
    #expect(average.parameters.tensor(named: "frozen") == frozen)
    let found = average.parameters.tensor(named: "moving")?.elements[0] ?? 0
    #expect(abs(Double(found) - expected) < 1e-5)
  }
}
