/// What each layer's learning rate is to the schedule's: the result of ``BalancingSchedule/rates(for:)``.
///
/// Factors belong to layers by name. They hold until the next analysis, while the schedule's learning rate may change.
public struct LayerRates: Sendable, Equatable, Codable {
  /// The factor of each balanced layer, by name; a layer that is not among them keeps the schedule's rate.
  public let factors: [String: Double]
  /// Whether the parameters of a normalization get the factor of the convolution before it.
  public let normalizationFollowsConvolution: Bool

  private enum CodingKeys: String, CodingKey {
    case factors
    case normalizationFollowsConvolution = "normalization_follows_convolution"
  }

  /// Factors of layers.
  ///
  /// - Parameters:
  ///   - factors: The factor of each balanced layer, by name.
  ///   - normalizationFollowsConvolution: Whether a normalization gets its convolution's factor.
  public init(factors: [String: Double] = [:], normalizationFollowsConvolution: Bool = false) {
    self.factors = factors
    self.normalizationFollowsConvolution = normalizationFollowsConvolution
  }

  /// The learning rate of a layer.
  ///
  /// - Parameters:
  ///   - layer: The layer's name.
  ///   - base: The schedule's current rate η.
  /// - Returns: η times the layer's factor.
  public func rate(ofLayer layer: String, base: Double) -> Double {
    base * (factors[layer] ?? 1)
  }

  /// The learning rate of a parameter: that of its layer, so a bias goes with its weight. A matrix that is a layer of
  /// its own (``LayerKind/matrix``) has its own.
  ///
  /// A normalization follows its convolution, if it is to, by name: `encoder1.enc1norm1` follows `encoder1.enc1conv1`,
  /// `layer1.bn2` follows `layer1.conv2`.
  ///
  /// - Parameters:
  ///   - parameter: The parameter's full name.
  ///   - base: The schedule's current rate η.
  /// - Returns: η times the factor of the parameter's layer.
  public func rate(ofParameter parameter: String, base: Double) -> Double {
    let layer = factors[parameter] == nil ? layerName(ofParameter: parameter) : parameter
    if factors[layer] == nil, normalizationFollowsConvolution, let convolution = convolution(before: layer) {
      return rate(ofLayer: convolution, base: base)
    }
    return rate(ofLayer: layer, base: base)
  }

  private func convolution(before normalization: String) -> String? {
    var components = normalization.split(separator: ".").map(String.init)
    guard let last = components.popLast() else { return nil }
    guard let word = ["norm", "bn"].first(where: last.contains) else { return nil }
    components.append(last.replacing(word, with: "conv"))
    return components.joined(separator: ".")
  }
}
