/// The range of an option's numbers.
public struct OptionRange: Sendable, Equatable {
  /// The smallest number, or an exclusive bound.
  public let lower: Double
  /// Whether the lower bound is exclusive.
  public let excludesLower: Bool
  /// The largest number.
  public let upper: Double

  private init(lower: Double, excludesLower: Bool, upper: Double) {
    self.lower = lower
    self.excludesLower = excludesLower
    self.upper = upper
  }

  /// Counts of at least one. More than 2³¹ − 1 would be a typing mistake.
  public static let count = from(1, to: Double(Int32.max))

  /// Counts that may be zero.
  public static let countOrNone = from(0, to: Double(Int32.max))

  /// Numbers above 0 that single precision can hold.
  public static let positive = above(0, to: Double(Float.greatestFiniteMagnitude))

  /// Numbers from 0 that single precision can hold.
  public static let notNegative = from(0, to: Double(Float.greatestFiniteMagnitude))

  /// Numbers between two bounds, inclusive.
  public static func from(_ lower: Double, to upper: Double) -> OptionRange {
    OptionRange(lower: lower, excludesLower: false, upper: upper)
  }

  /// Numbers between two bounds, excluding the lower.
  public static func above(_ lower: Double, to upper: Double) -> OptionRange {
    OptionRange(lower: lower, excludesLower: true, upper: upper)
  }

  /// Whether a number is in the range; no number that is not finite is.
  public func contains(_ number: Double) -> Bool {
    (excludesLower ? number > lower : number >= lower) && number <= upper
  }

  /// What a number should be; nil if it is in the range.
  ///
  /// - Parameter number: The number.
  /// - Returns: Words that go after "must be".
  func complaint(about number: Double) -> String? {
    if contains(number) { return nil }
    if number.isNaN { return "a number" }
    return number <= lower ? lowerWords : "at most \(upper.text)"
  }

  private var lowerWords: String { "\(excludesLower ? "above" : "at least") \(lower.text)" }

  /// The range in words.
  public var words: String {
    upper >= Double(Int32.max) ? lowerWords : lowerWords + " and at most \(upper.text)"
  }
}
