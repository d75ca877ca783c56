import Yams

extension Node {
  /// A value of a grid as labels and folders name it: 0.001 and 1e-3 are one, and a list has commas; nil for what no option has.
  var pointText: String? {
    if case .sequence(let sequence) = self {
      return sequence.map { $0.pointText ?? "" }.joined(separator: ",")
    }
    return float.map(plain) ?? string
  }
}
