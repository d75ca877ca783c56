import Autodiff
import Foundation
import Safetensors
import TensorCore
import Testing
import TextModels

/// A model of the reference set, with what the library transformers computed of it.
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

  let path: String
  let facts: Facts
  let tensors: SafetensorsFile

  init(_ name: String) throws {
    path = "\(Self.folder)/\(name)"
    facts = try JSONDecoder().decode(Facts.self, from: Data(contentsOf: URL(filePath: "\(path)/case.json")))
    tensors = try SafetensorsFile(reading: "\(path)/case.safetensors")
  }

  var batch: TokenBatch {
    get throws { TokenBatch(try #require(facts.input_ids)) }
  }
}

/// ‖a − b‖/‖b‖.
func distance(_ a: Tensor, _ b: Tensor) -> Double {
  let difference = zip(a.elements, b.elements).reduce(0) { $0 + pow(Double($1.0) - Double($1.1), 2) }
  return (difference / max(b.sumOfSquares, 1e-30)).squareRoot()
}

/// The largest difference of two elements.
func largestDifference(_ a: Tensor, _ b: Tensor) -> Float {
  zip(a.elements, b.elements).reduce(0) { max($0, abs($1.0 - $1.1)) }
}
