import DataGeneration
import PDESolvers

extension FlowOptions {
  /// Makes the file and says what was made.
  func generate(dimensions: Int) throws {
    if let initialFrom, let output = generation.output {
      let source = try FlowSource(startingFrom: initialFrom, dimensions: dimensions, change: apply)
      try generation.generate(source, name: output)
    } else {
      let flows = try randomFlow(dimensions: dimensions)
      try generation.generate(FlowSource.random(flows), name: fileName(flows))
    }
  }
}
