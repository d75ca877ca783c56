extension KeyedDecodingContainer {
  /// Makes something of values that have been read.
  ///
  /// - Parameters:
  ///   - key: What is to blame where the fields do not have it.
  ///   - make: Makes it.
  /// - Returns: What was made.
  /// - Throws: `DecodingError` in the place of a ``SymmetryError``.
  func checked<Value>(_ key: Key, _ make: () throws -> Value) throws -> Value {
    do { return try make() } catch let error as SymmetryError {
      throw DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: error.description)
    }
  }
}
