public import Autodiff
public import TensorCore

/// A transformer over texts. It knows its sizes; its weights are parameters under the names of the library transformers.
public protocol TextModel: Sendable {
  /// What the folder says of it.
  var configuration: TransformerConfiguration { get }

  /// The names and shapes of all parameters, in the model's order.
  var shapes: [(name: String, shape: [Int])] { get }

  /// The beginnings of the names of the layers that belong to a task and not to the language: new where a folder has none of
  /// their shape.
  var headPrefixes: [String] { get }

  /// The layers that LoRA corrects unless others are named, by the last parts of their names.
  var adaptedLayers: [String] { get }

  /// The logits.
  ///
  /// - Parameters:
  ///   - batch: The texts.
  ///   - parameters: The weights.
  ///   - dropout: What is dropped; nil in evaluation.
  /// - Returns: `[texts, labels]`, or `[tokens, vocabulary]` for a language model.
  func logits(_ batch: TokenBatch, _ parameters: TracedParameters, dropout: ModelDropout?) -> Variable
}

/// What a model drops in training.
public struct ModelDropout: Sendable {
  private let hidden: Dropout
  private let attention: Dropout

  /// A dropout.
  ///
  /// - Parameters:
  ///   - configuration: The probabilities.
  ///   - seed: The seed of the run.
  ///   - step: The number of the step.
  public init(_ configuration: TransformerConfiguration, seed: UInt64, step: Int) {
    hidden = Dropout(probability: configuration.dropout, seed: seed, step: step, place: 0)
    attention = Dropout(probability: configuration.attentionDropout, seed: seed, step: step, place: 0)
  }

  /// Places outside of the blocks.
  enum Place: Int { case embeddings, pooled, head, count }
  /// Places within a block.
  enum Part: Int { case attention, attended, output, count }

  func at(_ place: Place) -> Dropout { hidden.at(place.rawValue) }
  func at(_ part: Part, ofLayer layer: Int) -> Dropout {
    (part == .attention ? attention : hidden)
      .at(Place.count.rawValue + layer * Part.count.rawValue + part.rawValue)
  }
}

extension TextModel {
  /// Whether a parameter belongs to the head.
  public func isHead(_ parameter: String) -> Bool { headPrefixes.contains { parameter.hasPrefix($0) } }

  /// New weights of a parameter, as the library transformers draws them: biases zero, normalizations one, others normal.
  ///
  /// - Parameters:
  ///   - name: The parameter's name.
  ///   - shape: Its shape.
  ///   - seed: The seed of the run.
  /// - Returns: The weights.
  public func newWeights(_ name: String, shape: [Int], seed: UInt64) -> Tensor {
    if name.hasSuffix(".bias") { return .zeros(shape) }
    if shape.count == 1 { return Tensor(repeating: 1, shape: shape) }
    var generator = CounterGenerator(seed: seed, purpose: .init("new weights of \(name)"))
    let deviation = Float(configuration.deviation)
    return Tensor.zeros(shape).map { _ in deviation * generator.normal() }
  }

  func linear(_ x: Variable, _ layer: String, _ parameters: TracedParameters, hasBias: Bool = true)
    -> Variable
  {
    x.linear(
      weight: parameters["\(layer).weight"], bias: hasBias ? parameters["\(layer).bias"] : nil)
  }
}
