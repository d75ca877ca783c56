/// The value of an HDF5 attribute.
public enum AttributeValue: Sendable, Equatable {
  /// A single number.
  case number(Double)
  /// An array of numbers.
  case numbers([Double])
  /// A text.
  case text(String)
  /// An array of texts.
  case texts([String])

  /// The number, if it is one or an array of one.
  public var number: Double? {
    switch self {
    case .number(let value): value
    case .numbers(let values) where values.count == 1: values[0]
    default: nil
    }
  }
}

extension AttributeValue: Codable {
  /// Reads a number, a text, or an array of either.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let numbers = try? container.decode([Double].self) {
      self = .numbers(numbers)
    } else if let texts = try? container.decode([String].self) {
      self = .texts(texts)
    } else {
      self = .text(try container.decode(String.self))
    }
  }

  /// Writes the bare value, without a wrapper.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .number(let value): try container.encode(value)
    case .numbers(let values): try container.encode(values)
    case .text(let value): try container.encode(value)
    case .texts(let values): try container.encode(values)
    }
  }
}
