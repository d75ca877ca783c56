extension CanonicalForm: Codable {
  private enum CodingKeys: CodingKey { case system, parts }

  /// Reads a form, which the fields must have.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let parts = try values.decode([CanonicalPart].self, forKey: .parts)
    let system = try values.decode(FieldSystem.self, forKey: .system)
    do { self = try CanonicalForm(for: system, parts: parts) } catch {
      throw error.decodingError(at: values.codingPath + [CodingKeys.parts])
    }
  }

  /// Writes the fields and the parts.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(system, forKey: .system)
    try values.encode(parts, forKey: .parts)
  }
}
