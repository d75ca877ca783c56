import DataGeneration
import PDESolvers

extension FlowOptions {
  /// Writes the file and prints a report.
  func generate(dimensions: Int) throws {
    if let initialFrom, let output = generation.output {
      let source = try FlowSource(startingFrom: initialFrom, dimensions: dimensions, changes: changes)
      try generation.generate(source, name: output)
    } else {
      let flows = try randomFlow(dimensions: dimensions)
      try generation.generate(FlowSource.random(flows), name: fileName(flows))
    }
  }
}
