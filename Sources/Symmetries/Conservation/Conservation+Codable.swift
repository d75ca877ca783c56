extension Conservation: Codable {
  private enum CodingKeys: CodingKey { case system, quantities }

  /// Reads what is conserved, which the fields must have.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let quantities = try values.decode([ConservedQuantity].self, forKey: .quantities)
    let system = try values.decode(FieldSystem.self, forKey: .system)
    do { self = try Conservation(quantities, for: system) } catch {
      throw error.decodingError(at: values.codingPath + [CodingKeys.quantities])
    }
  }

  /// Writes the fields and the quantities.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(system, forKey: .system)
    try values.encode(quantities, forKey: .quantities)
  }
}
