import HDF5
import PDEData

extension PDEBenchLayout {
  /// The first thing in which two layouts differ, in words; coordinates and times may differ by rounding, which is relative to
  /// the ends of the axis.
  func difference(from other: PDEBenchLayout) -> String? {
    func agree(_ a: [Double], _ b: [Double]) -> Bool {
      let tolerance = 1e-6 * max(abs(a.first ?? 0), abs(a.last ?? 0))
      return a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance }
    }
    if variables != other.variables { return "variables \(variables) and \(other.variables)" }
    if spatialShape != other.spatialShape { return "resolution \(spatialShape) and \(other.spatialShape)" }
    if !zip(coordinates, other.coordinates).allSatisfy(agree) { return "other coordinates" }
    if !agree(times, other.times) {
      return
        "\(frames) frames to \(times[frames - 1]) and \(other.frames) to \(other.times[other.frames - 1])"
    }
    if extras != other.extras {
      return "\(Self.text(extras)) and \(Self.text(other.extras)) beside the fields"
    }
    for name in Set(attributes.keys).union(other.attributes.keys).sorted()
    where attributes[name] != other.attributes[name] {
      if name == FlowSource.hashAttribute, let origin = attributes[FlowSource.originAttribute] {
        return "initial states of another \(Self.text(origin))"
      }
      return
        "\(name) \(attributes[name].map(Self.text) ?? "not given") and \(other.attributes[name].map(Self.text) ?? "not given")"
    }
    return nil
  }

  private static func text(_ extras: [String: [Int]]) -> String {
    let names = extras.sorted { $0.key < $1.key }.map { name, shape in
      "\(name) [\((["sample"] + shape.map(String.init)).joined(separator: ", "))]"
    }
    return names.isEmpty ? "nothing" : names.joined(separator: ", ")
  }

  private static func text(_ value: AttributeValue) -> String {
    switch value {
    case .number(let number): "\(number)"
    case .numbers(let numbers): "\(numbers)"
    case .text(let text): text
    case .texts(let texts): "\(texts)"
    }
  }
}
