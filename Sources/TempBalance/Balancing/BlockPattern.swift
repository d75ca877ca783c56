/// Groups layers into blocks by the components of their names.
///
/// A pattern is a run of name components, in which `*` stands for any one component. The block of a layer is its name
/// up to the end of the first such run: with `layer.*`, all parts of `encoder.layer.11` (`attention.self.query`,
/// `output.dense`, …) are one block; with `*`, all layers with the same first component are.
public struct BlockPattern: Sendable, Equatable {
  /// The pattern as it was given.
  public let text: String

  /// A pattern of name components.
  ///
  /// - Parameter text: The components, joined with periods.
  public init(_ text: String) {
    self.text = text
  }

  /// The block that a layer belongs to.
  ///
  /// - Parameter layer: The layer's name.
  /// - Returns: The block's name, or none if the layer does not match the pattern.
  public func block(of layer: String) -> String? {
    let pattern = text.split(separator: ".")
    let components = layer.split(separator: ".")
    guard !pattern.isEmpty, components.count >= pattern.count else { return nil }
    for start in 0...components.count - pattern.count {
      let run = components[start..<start + pattern.count]
      if zip(run, pattern).allSatisfy({ $1 == "*" || $0 == $1 }) {
        return components[..<run.endIndex].joined(separator: ".")
      }
    }
    return nil
  }
}
