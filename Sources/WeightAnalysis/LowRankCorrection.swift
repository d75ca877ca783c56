import Foundation
import SystemFiles
import TempBalance

/// LoRA's corrections in a file of weights: how strong they are, and which weights they correct.
public struct LowRankCorrection: Sendable {
  /// How the factor s of s·B·A is known.
  public enum Scale: Sendable, Equatable {
    /// It was given, or is 1 for want of anything better.
    case fixed(Double)
    /// α over the rank of the pair, or over its root: what PEFT's `adapter_config.json` or the file's metadata tell.
    case perRank(alpha: Double, isRoot: Bool)

    /// The factor for a pair.
    func value(rank: Int) -> Float {
      switch self {
      case .fixed(let scale): Float(scale)
      case .perRank(let alpha, let isRoot): Float(alpha / (isRoot ? Double(rank).squareRoot() : Double(rank)))
      }
    }
  }

  /// What the products are multiplied by.
  public let scale: Scale
  /// Where the weights are to which the products are added; none to look at the products alone.
  public let base: WeightArchive?

  /// Says how corrections are to be read.
  ///
  /// - Parameters:
  ///   - scale: What the products are multiplied by.
  ///   - base: Where the weights are to which the products are added; none to look at the products alone.
  public init(scale: Scale = .fixed(1), base: WeightArchive? = nil) {
    self.scale = scale
    self.base = base
  }

  /// The weights that a pair corrects.
  struct Corrected {
    /// What their layer does.
    let kind: LayerKind
    /// The parameters with them: one, or one for each corner of a spectrum.
    let parameters: [String]
  }

  /// Finds the weights that a pair corrects.
  ///
  /// Adapters are saved under the model's name for the layer with something in front (`base_model.model.…`), and merged
  /// state dictionaries keep the weights in `….base_layer`; so the longest end of the pair's name that has weights wins.
  ///
  /// - Parameters:
  ///   - pair: The pair.
  ///   - axes: How many axes its tensors have, as the weights must.
  /// - Returns: The weights, or nil if there are none.
  func corrected(by pair: LayerParameters, axes: Int) -> Corrected? {
    guard let base else { return nil }
    // Half of the tensors are A; those of a spectrum's corners are numbered as the weights are.
    let ends = pair.parameters.prefix((pair.parameters.count + 1) / 2).map { name -> String in
      let last: Substring = name.split(separator: ".").last ?? ""
      return last.hasPrefix("weights") ? String(last) : "weight"
    }
    let components = pair.name.split(separator: ".")
    for start in components.indices {
      let layer = components[start...].joined(separator: ".")
      for place in ["\(layer).base_layer", layer] {
        let names = ends.map { "\(place).\($0)" }
        guard names.allSatisfy({ base.shape(of: $0)?.count == axes }), let shape = base.shape(of: names[0])
        else { continue }
        // A linear layer is one under any name, also under that of a table.
        let kind: LayerKind? = axes == 2 ? .linear : LayerKind(parameter: "\(layer).\(ends[0])", shape: shape)
        return kind.map { Corrected(kind: $0, parameters: names) }
      }
    }
    return nil
  }
}

extension LowRankCorrection.Scale {
  private struct AdapterConfiguration: Decodable {
    let alpha: Double
    let isRoot: Bool?
    let alphaPattern: [String: Double]?
    let isTransposed: Bool?

    private enum CodingKeys: String, CodingKey {
      case alpha = "lora_alpha"
      case isRoot = "use_rslora"
      case alphaPattern = "alpha_pattern"
      case isTransposed = "fan_in_fan_out"
    }

    init?(besideWeights path: String) {
      guard
        let content = try? InputFile.text(
          of: FilePath.sibling(of: path, named: "adapter_config.json"), limit: 1 << 24),
        let found = try? JSONDecoder().decode(Self.self, from: Data(content.utf8))
      else { return nil }
      self = found
    }
  }

  /// Whether PEFT's `adapter_config.json` beside a file of weights says that the weights which are corrected are stored as
  /// `[inputs, outputs]` (`fan_in_fan_out`), as GPT-2's are.
  ///
  /// - Parameter path: The file of weights.
  /// - Returns: Whether it says so.
  public static func isTransposed(besideWeights path: String) -> Bool {
    AdapterConfiguration(besideWeights: path)?.isTransposed ?? false
  }

  /// The scale that a file of corrections tells, as a run writes it: α over the rank. None if its metadata have no α.
  ///
  /// - Parameter metadata: The file's metadata.
  public init?(metadata: [String: String]) {
    guard let alpha = metadata["lora_alpha"].flatMap({ Double($0) }), alpha.isFinite, alpha != 0 else {
      return nil
    }
    self = .perRank(alpha: alpha, isRoot: false)
  }

  /// The scale that PEFT's `adapter_config.json` beside a file of weights tells; none where there is no such file, or
  /// where it has another α for some layers.
  ///
  /// - Parameter path: The file of weights.
  public init?(besideWeights path: String) {
    guard let configuration = AdapterConfiguration(besideWeights: path),
      configuration.alphaPattern?.isEmpty ?? true
    else { return nil }
    self = .perRank(alpha: configuration.alpha, isRoot: configuration.isRoot ?? false)
  }
}
