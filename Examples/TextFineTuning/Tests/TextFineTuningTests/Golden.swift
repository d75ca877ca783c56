import Autodiff
import Foundation
import Safetensors
import TensorCore
import Testing
import TextModels

/// A small model, with what the library transformers computed of it.
///
/// The cases of `Golden` are made by `Tests/make-golden`. A larger set may be beside them, in the folder that `TEXT_REFERENCE` names
/// (`Tests/take-reference` brings it into their form); the tests of agreement then run on both.
struct Golden {
  struct Facts: Decodable {
    var loss: Double
    var input_ids: [[Int]]?
    var labels: Labels?
    var texts: [String]?
  }

  /// The classes of texts, or of tokens.
  enum Labels: Decodable {
    case texts([Int])
    case tokens([[Int]])

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let labels = try? value.decode([Int].self) {
        self = .texts(labels)
      } else {
        self = .tokens(try value.decode([[Int]].self))
      }
    }

    /// The class of each row of logits; a language model's label belongs to the token before it.
    var classes: [Int?] {
      switch self {
      case .texts(let labels): labels.map { $0 }
      case .tokens(let rows): rows.flatMap { row in row.dropFirst().map { $0 < 0 ? nil : $0 } + [nil] }
      }
    }
  }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden").path

  /// The larger set, where there is one.
  static let larger = ProcessInfo.processInfo.environment["TEXT_REFERENCE"].flatMap { $0.isEmpty ? nil : $0 }
  static let absence: Comment = "no larger set of reference models; TEXT_REFERENCE names it"

  /// The sets that are there.
  static let sets = [folder] + (larger.map { [$0] } ?? [])

  let path: String
  let facts: Facts
  let tensors: SafetensorsFile

  init(_ name: String, in set: String = folder) throws {
    path = "\(set)/\(name)"
    facts = try JSONDecoder().decode(Facts.self, from: Data(contentsOf: URL(filePath: "\(path)/case.json")))
    tensors = try SafetensorsFile(reading: "\(path)/case.safetensors")
  }

  var batch: TokenBatch {
    get throws { TokenBatch(try #require(facts.input_ids)) }
  }

  var classes: [Int?] {
    get throws { try #require(facts.labels).classes }
  }

  /// A tensor of the case.
  func expected(_ name: String) throws -> Tensor { try tensors.tensor(named: name) }

  /// The model of the folder, and its weights.
  func load() throws -> (folder: ModelFolder, model: any TextModel, parameters: Parameters) {
    let folder = try ModelFolder(path)
    let model = try folder.model()
    let (parameters, new) = try folder.parameters(of: model, seed: 0)
    #expect(new.isEmpty)
    return (folder, model, parameters)
  }
}

/// ‖a − b‖/‖b‖; infinite where there are not as many elements of both.
func distance(_ a: Tensor, _ b: Tensor) -> Double {
  guard a.count == b.count else { return .infinity }
  let difference = zip(a.elements, b.elements).reduce(0) { $0 + pow(Double($1.0) - Double($1.1), 2) }
  return (difference / max(b.sumOfSquares, 1e-30)).squareRoot()
}

/// The largest difference of two elements; infinite where there are not as many of both, or one is not finite.
func largestDifference(_ a: Tensor, _ b: Tensor) -> Float {
  guard a.count == b.count else { return .infinity }
  return zip(a.elements, b.elements).reduce(0) {
    let difference = abs($1.0 - $1.1)
    // `max` may drop a NaN.
    return difference.isFinite ? max($0, difference) : .infinity
  }
}
