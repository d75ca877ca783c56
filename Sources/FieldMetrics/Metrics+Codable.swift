/// The numbers under their keys. JSON has none that are not finite: they are written as null.
extension Metrics: Codable {
  private static let samplesKey = MetricKey("samples")
  private static let fieldsKey = MetricKey("fields")
  private static let zeroTargetsKey = MetricKey("zero_targets")
  private static let omissionKey = MetricKey("nRMSE_note")

  /// Decodes what ``encode(to:)`` wrote; null becomes NaN. A metric that this version does not know is read as well.
  public init(from decoder: any Decoder) throws { try self.init(from: decoder, besides: []) }

  /// Decodes metrics whose keys are next to others.
  ///
  /// - Parameters:
  ///   - decoder: What they are decoded from.
  ///   - others: The keys of the other values.
  /// - Throws: If there are no metrics.
  package init(from decoder: any Decoder, besides others: Set<String>) throws {
    let container = try decoder.container(keyedBy: MetricKey.self)
    samples = try container.decode(Int.self, forKey: Self.samplesKey)
    fields = try container.decodeIfPresent(Int.self, forKey: Self.fieldsKey)
    zeroTargets = try container.decodeIfPresent(Int.self, forKey: Self.zeroTargetsKey) ?? 0
    let known = [Self.samplesKey, Self.fieldsKey, Self.zeroTargetsKey].map(\.stringValue)
    var values: [String: [Double]] = [:]
    for key in container.allKeys where !others.contains(key.stringValue) && !known.contains(key.stringValue) {
      if let number = try? container.decode(NullableNumber.self, forKey: key) {
        values[key.stringValue] = [number.value]
      } else if let numbers = try? container.decode([NullableNumber].self, forKey: key) {
        values[key.stringValue] = numbers.map(\.value)
      }
    }
    for metric in Self.all {
      for (key, rows) in Dictionary(grouping: metric.rows, by: { $0.key ?? metric.key }) {
        let expected = rows.reduce(0) { max($0, $1.component + 1) }
        guard let found = values[key]?.count, found != expected else { continue }
        throw DecodingError.dataCorruptedError(
          forKey: MetricKey(key), in: container, debugDescription: "\(found) numbers, expected \(expected)")
      }
    }
    self.values = values
  }

  /// Encodes the numbers by their keys; `nRMSE_note` says what was left out, if anything was.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: MetricKey.self)
    for (key, components) in values {
      if components.count == 1 {
        try container.encode(NullableNumber(components[0]), forKey: MetricKey(key))
      } else {
        try container.encode(components.map(NullableNumber.init), forKey: MetricKey(key))
      }
    }
    try container.encode(samples, forKey: Self.samplesKey)
    try container.encodeIfPresent(fields, forKey: Self.fieldsKey)
    try container.encode(zeroTargets, forKey: Self.zeroTargetsKey)
    try container.encodeIfPresent(omission, forKey: Self.omissionKey)
  }
}

/// Encoded under the metrics' keys, with null for numbers that are not finite: `[variable][frame]`, with components between
/// the two where there are several.
extension FrameMetrics: Codable {
  /// Decodes what ``encode(to:)`` wrote; null becomes NaN.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: MetricKey.self)
    var tables: [String: [[[Double]]]] = [:]
    for key in container.allKeys {
      if let table = try? container.decode([[NullableNumber]].self, forKey: key) {
        tables[key.stringValue] = table.map { [$0.map(\.value)] }
      } else {
        tables[key.stringValue] = try container.decode([[[NullableNumber]]].self, forKey: key)
          .map { $0.map { $0.map(\.value) } }
      }
    }
    self.tables = tables
  }

  /// Encodes the tables by their keys.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: MetricKey.self)
    for (key, table) in tables {
      let numbers = table.map { $0.map { $0.map(NullableNumber.init) } }
      if numbers.allSatisfy({ $0.count == 1 }) {
        try container.encode(numbers.map { $0[0] }, forKey: MetricKey(key))
      } else {
        try container.encode(numbers, forKey: MetricKey(key))
      }
    }
  }
}

/// A metric's key.
private struct MetricKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(_ key: String) { stringValue = key }
  init?(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
