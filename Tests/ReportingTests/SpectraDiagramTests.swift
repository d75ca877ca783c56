import FieldMetrics
import Reporting
import TensorCore
import Testing

@Suite("Pictures of spectra")
struct SpectraDiagramTests {
  @Test("fields that are zero everywhere have no spectrum to draw")
  func nothing() throws {
    var accumulator = MetricsAccumulator(
      shape: [2, 2, 8], initialSteps: 1, metrics: [EnergySpectrum.self])
    let zero = Tensor(repeating: 0, shape: [1, 2, 2, 8])
    accumulator.add(prediction: zero, target: zero)
    let diagram = SpectraDiagram(metrics: accumulator.frameMetrics, variables: ["u", "v"], frame: 1)
    #expect(try diagram.draw(to: "none/x.svg").isEmpty)
  }
}
