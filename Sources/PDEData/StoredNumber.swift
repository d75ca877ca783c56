/// A number in a file that is no finite one as a 32-bit float.
enum StoredNumber {
  /// It is no finite number there, either.
  case notFinite
  /// It is a finite number that a 32-bit float cannot hold.
  case finite(Double)
  /// It stands for no value, by the attributes of its array.
  case missing(Double)
  /// It is finite or not, as the format is read as 32-bit floats alone.
  case unknown

  /// A number as it is stored.
  init(_ value: Double) { self = value.isFinite ? .finite(value) : .notFinite }
}
