/// The layer that a parameter belongs to: its name without the last component.
///
/// `encoder1.enc1conv1.weight` and `encoder1.enc1conv1.bias` belong to `encoder1.enc1conv1`, `conv0.weights1` to
/// `conv0`. LoRA's pair `query.lora_A.weight` and `query.lora_B.weight` belongs to `query`.
///
/// - Parameter parameter: The parameter's full name.
/// - Returns: The layer's name.
public func layerName(ofParameter parameter: String) -> String {
  let components = parameter.split(separator: ".", omittingEmptySubsequences: false)
  let end = components.firstIndex { $0 == "lora_A" || $0 == "lora_B" } ?? max(components.count - 1, 1)
  return components[..<end].joined(separator: ".")
}
